// Tables of texts many of which are the same: each is stored once, and every place has its index.

import type { Grid } from './grid.ts'
import { GrowingInts } from './growing.ts'

export interface Labels {
  /** The texts; two of them may be the same. */
  readonly texts: readonly string[]
  /** For each place its index in `texts`. */
  readonly codes: Int32Array
}

/** Copies a text: a part of a text keeps the whole of it in memory, as a piece of a file. */
export const ownText = (text: string): string => ` ${text}`.slice(1)

/** Gives the text at a place. */
export const textAt = ({ texts, codes }: Labels, place: number): string => texts[codes[place]]

/** Collects texts one after another. */
export class LabelsBuilder {
  readonly #known = new Map<string, number>()
  readonly #texts: string[] = []
  readonly #codes = new GrowingInts()

  add(text: string): void {
    let code = this.#known.get(text)
    if (code === undefined) {
      const own = ownText(text)
      code = this.#texts.push(own) - 1
      this.#known.set(own, code)
    }
    this.#codes.push(code)
  }

  /** Adds a text by itself, even if an equal one is there; gives its code, to add it again. */
  addApart(text: string, code: number | undefined): number {
    const own = code ?? this.#texts.push(text) - 1
    this.#codes.push(own)
    return own
  }

  take(): Labels {
    return { texts: this.#texts, codes: this.#codes.take() }
  }
}

/** Makes the labels of computed numbers. */
export function labelsOfNumbers(values: Grid, textOf: (value: number) => string): Labels {
  const known = new Map<number, number>()
  const texts: string[] = []
  const codes = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values.at(i)
    let code = known.get(value)
    if (code === undefined) {
      code = texts.push(textOf(value)) - 1
      known.set(value, code)
    }
    codes[i] = code
  }
  return { texts, codes }
}

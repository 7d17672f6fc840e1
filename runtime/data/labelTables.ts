// Texts of which many are the same: each once, and for every place its index among them.
import { GrowingInts } from './growing.ts'

export interface Labels {
  /** Two of them may be the same text. */
  readonly texts: readonly string[]
  /** For each place its index in `texts`. */
  readonly codes: Int32Array
}

/** A copy: a part of a text keeps the whole of it in memory, as a piece of a file. */
export const ownText = (text: string): string => ` ${text}`.slice(1)

/** The text at a place. */
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

  /** A text by itself, whatever else is the same; its code, to add it again. */
  addApart(text: string, code: number | undefined): number {
    const own = code ?? this.#texts.push(text) - 1
    this.#codes.push(own)
    return own
  }

  take(): Labels {
    return { texts: this.#texts, codes: this.#codes.take() }
  }
}

/** The labels of computed numbers. */
export function labelsOfNumbers(values: Float64Array, textOf: (value: number) => string): Labels {
  const known = new Map<number, number>()
  const texts: string[] = []
  const codes = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    let code = known.get(values[i])
    if (code === undefined) {
      code = texts.push(textOf(values[i])) - 1
      known.set(values[i], code)
    }
    codes[i] = code
  }
  return { texts, codes }
}

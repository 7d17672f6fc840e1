// Collects the lists of one key of JSON Lines: their numbers one after another, and the lengths of the lists.
import type { Span } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import type { Asked } from './asked.ts'
import { isLarge } from './column.ts'
import { GrowingNumbers } from './growing.ts'
import { type Labels, LabelsBuilder } from './labelTables.ts'
import { type Lengths, LengthsBuilder } from './lengths.ts'
import { held } from './numberText.ts'
import { lineText, placeText } from './raggedSequences.ts'
import { shown, shownJson } from './shown.ts'

/** Greatest depth of lists, which are read by recursion; no data has deeper axes. */
export const deepest = 32

/** Throws the error of a value, where the value is used. */
export type Problem = (span: Span) => never

export interface Lists {
  readonly values: Float64Array
  /** Lengths of the lists of each depth, outermost first. */
  readonly levels: readonly Lengths[]
  /** Whether the innermost elements are truths. */
  readonly truths: boolean
  /** Elements to the last digit, if labels are asked for. */
  readonly labels?: Labels
  /** Texts, by their places, of numbers so large that 64 bits may have rounded them. */
  readonly large: ReadonlyMap<number, string>
  /** Error of the first invalid element. */
  readonly problem?: Problem
  /** Error of the first text, where the elements are texts: they are labels, and no numbers. */
  readonly texts?: Problem
}

/** The list of a row. */
export interface Row {
  readonly line: number
  readonly list: readonly unknown[]
  /** As `list`, but with the text in the file of each number that 64 bits round. */
  readonly written: () => unknown
}

/** Collects lists row by row, up to the first error. */
export class ListsBuilder {
  readonly #file: string
  readonly #name: string
  readonly #values = new GrowingNumbers()
  readonly #levels: LengthsBuilder[] = []
  readonly #labels: LabelsBuilder | undefined
  readonly #large = new Map<number, string>()
  /** Kind and line of the first element at each depth. */
  readonly #firsts: { readonly line: number; readonly text: string; readonly kind: string }[] = []
  #problem: Problem | undefined
  #texts: Problem | undefined

  constructor(file: string, name: string, asked: Asked) {
    this.#file = file
    this.#name = name
    this.#labels = asked === 'labels' ? new LabelsBuilder() : undefined
  }

  add(row: Row): void {
    if (this.#problem === undefined) this.#problem = this.#read(row.list, row, [])
  }

  take(): Lists {
    const problem = this.#problem
    const levels = this.#levels.map(level => level.take())
    return {
      values: this.#values.take(),
      levels,
      truths: this.#firsts[levels.length - 1]?.kind === 'a bool',
      ...(this.#labels && { labels: this.#labels.take() }),
      large: this.#large,
      ...(problem && { problem }),
      ...(this.#texts && { texts: this.#texts }),
    }
  }

  /** Reads a list at a path of places, and gives the first error. */
  #read(list: readonly unknown[], row: Row, path: number[]): Problem | undefined {
    const depth = path.length
    if (depth === deepest) return this.#malformed(row, `has lists more than ${deepest} deep in \`${this.#name}\``)
    this.#levels[depth] ??= new LengthsBuilder()
    this.#levels[depth].push(list.length)
    for (let i = 0; i < list.length; i++) {
      const element = list[i]
      const kind = kindOfElement(element)
      const noNumber = (): Problem => notANumber(this.#file, this.#name, row.line, element)
      if (kind === undefined || (kind === 'a text' && this.#labels === undefined)) return noNumber()
      if (kind === 'a text') this.#texts ??= noNumber()
      this.#firsts[depth] ??= { line: row.line, text: phrase(element), kind }
      const first = this.#firsts[depth]
      if (first.kind !== kind) {
        const others = `but line ${first.line} begins with ${first.text}`
        const place = placeText([...path, i])
        return this.#malformed(row, `has ${phrase(element)} in element ${place} of \`${this.#name}\`, ${others}`)
      }
      path.push(i)
      const problem = Array.isArray(element)
        ? this.#read(element, row, path)
        : typeof element === 'string'
          ? this.#readText(element, row)
          : this.#readLeaf(Number(element), row, path)
      path.pop()
      if (problem !== undefined) return problem
    }
    return undefined
  }

  #readText(text: string, row: Row): Problem | undefined {
    if (!text.isWellFormed()) return this.#malformed(row, `contains an incomplete character in \`${this.#name}\``)
    this.#labels?.add(text)
    this.#values.push(Number.NaN)
    return undefined
  }

  #readLeaf(value: number, row: Row, path: readonly number[]): Problem | undefined {
    const written = (): string => String(elementAt(row.written(), path))
    if (!Number.isFinite(value)) {
      const text = shown(written())
      const where = lineText(this.#file, row.line, this.#name)
      return span => fail('RNN404', { text, type: held, where }, { span })
    }
    if (isLarge(value)) this.#large.set(this.#values.length, written())
    this.#labels?.add(written())
    this.#values.push(value)
    return undefined
  }

  #malformed(row: Row, what: string): Problem {
    return span => fail('RNN410', { file: this.#file, reason: `line ${row.line} ${what}` }, { span })
  }
}

/** RNN404 for an element of a list that is not a number. */
export function notANumber(file: string, name: string, line: number, value: unknown): Problem {
  const isText = typeof value === 'string'
  const text = isText ? shown(value) : shownJson(value)
  const help = isText ? 'a list contains numbers; texts need `classes`, `words` or `chars`' : undefined
  const where = lineText(file, line, name)
  return span => fail('RNN404', { text, type: 'number', where }, { span, ...(help && { help }) })
}

/** Names the kind of an element; undefined for one that cannot stand in a list. */
function kindOfElement(element: unknown): 'a list' | 'a bool' | 'a number' | 'a text' | undefined {
  if (typeof element === 'string') return 'a text'
  if (typeof element === 'number') return 'a number'
  if (typeof element === 'boolean') return 'a bool'
  return Array.isArray(element) ? 'a list' : undefined
}

const phrase = (element: unknown): string =>
  Array.isArray(element)
    ? `a list of ${element.length}`
    : typeof element === 'boolean'
      ? 'a bool'
      : typeof element === 'string'
        ? 'a text'
        : 'a number'

const elementAt = (list: unknown, path: readonly number[]): unknown =>
  path.reduce<unknown>((found, i) => (Array.isArray(found) ? found[i] : undefined), list)

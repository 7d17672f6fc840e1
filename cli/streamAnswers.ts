// Answers a stream of lines: each line of standard input is an element of the sequence, and is answered at once.
import { fail, RnnError } from '../dsl/diagnostics.ts'
import type { Nested } from '../runtime/data/arrays.ts'
import { csvReader } from '../runtime/data/csvText.ts'
import { type Fitted, hasTexts } from '../runtime/data/fitted.ts'
import { lineDecoder } from '../runtime/data/lineText.ts'
import type { Element } from '../runtime/stream/element.ts'
import type { Stream } from '../runtime/stream/stream.ts'
import { jsonOf } from './answers.ts'
import { numberOrText, readValues } from './givenValues.ts'

const malformed = (reason: string, help?: string): never =>
  fail('RNN410', { file: 'standard input', reason }, { ...(help !== undefined && { help }) })

/** An element, and the line that it ends on. */
interface Read {
  readonly element: Element
  readonly line: number
}

/** Reads elements from lines, some of which may wait for the next. */
interface Reader {
  readonly add: (text: string, line: number) => readonly Read[]
  readonly end: () => readonly Read[]
}

/**
 * Yields a line of JSON for each element. The input is JSON Lines, objects of values by name, in which an empty line begins the next
 * sequence; or CSV with a first line of names. Throws RNN410, with the line, for one that cannot be read or does not fit.
 */
export async function* streamAnswers(
  stream: Stream,
  fitted: Fitted | undefined,
  pieces: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<string> {
  let line = 0
  let reader: Reader | undefined
  const answers = function* (read: readonly Read[]): Generator<string> {
    for (const { element, line: at } of read)
      yield located(at, () => `${JSON.stringify(jsonOf([stream.step(element)])[0])}\n`)
  }
  for await (const text of linesOf(pieces)) {
    line++
    if (reader === undefined && text.trim() === '') continue
    reader ??= text.trimStart().startsWith('{') ? jsonLines(stream) : csvLines(fitted, line - 1)
    const { add } = reader
    yield* answers(located(line, () => add(text, line)))
  }
  if (reader !== undefined) yield* answers(located(line, reader.end))
}

/** Runs something; its errors tell the line. */
function located<T>(line: number, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof RnnError)) throw error
    const [{ code, message, help }] = error.diagnostics
    if (code === 'RNN410') throw error
    return malformed(`line ${line}: ${message}`, help)
  }
}

/** Reads lines of JSON; an empty one begins the next sequence. */
const jsonLines = (stream: Stream): Reader => ({
  add: (text, line) => {
    if (text.trim() !== '') return [{ element: readValues('a line', text), line }]
    stream.reset()
    return []
  },
  end: () => [],
})

/** Reads rows of CSV, after so many blank lines. A row may go on over several lines, in quotes. */
function csvLines(fitted: Fitted | undefined, blank: number): Reader {
  let names: readonly string[] = []
  let rows: Read[] = []
  const head = (found: readonly string[]) => {
    names = found
    return found.map(() => true)
  }
  const row = (cells: readonly string[], line: number): void => {
    rows.push({ element: elementOf(names, cells, fitted), line })
  }
  const reader = csvReader({ head, row }, malformed)
  const taken = (): readonly Read[] => {
    const all = rows
    rows = []
    return all
  }
  reader.add('\n'.repeat(blank))
  return {
    add: text => {
      reader.add(`${text}\n`)
      return taken()
    },
    end: () => {
      reader.end()
      return taken()
    },
  }
}

/** Puts the cells of a row together: `x[0]` and `x[1]` are the components of `x`. */
function elementOf(names: readonly string[], cells: readonly string[], fitted: Fitted | undefined): Element {
  const element = new Map<string, Nested>()
  const lists = new Map<string, Nested[]>()
  names.forEach((name, i) => {
    const component = /^(.*)\[\d+\]$/.exec(name)?.[1]
    const isText = fitted !== undefined && hasTexts(fitted, component ?? name)
    const value = isText ? cells[i] : numberOrText(cells[i])
    if (component === undefined) element.set(name, value)
    else lists.set(component, [...(lists.get(component) ?? []), value])
  })
  return Object.fromEntries([...element, ...lists])
}

/** Cuts pieces of UTF-8 into lines; the last may lack its end. Throws RNN410 where the bytes are not UTF-8. */
async function* linesOf(pieces: AsyncIterable<Uint8Array | string>): AsyncGenerator<string> {
  const decoder = lineDecoder(malformed)
  const encoder = new TextEncoder()
  const linesIn = (text: string): string[] => {
    const lines = text.split(/\r\n|\n|\r/)
    return lines.at(-1) === '' ? lines.slice(0, -1) : lines
  }
  for await (const piece of pieces)
    yield* linesIn(decoder.add(typeof piece === 'string' ? encoder.encode(piece) : piece))
  yield* linesIn(decoder.end())
}

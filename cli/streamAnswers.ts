// Answers a stream of lines: each line of standard input is an element of the sequence, and is answered at once.
import { fail, RnnError } from '../dsl/diagnostics.ts'
import type { Nested } from '../runtime/data/arrays.ts'
import { csvReader } from '../runtime/data/csvText.ts'
import type { Element, Stream } from '../runtime/stream/stream.ts'
import { jsonOf } from './answers.ts'
import { readValues } from './givenValues.ts'

/** Name of the input in messages. */
const file = 'standard input'

/** An element, and the line that it ends on. */
interface Read {
  readonly element: Element
  readonly line: number
}

/**
 * Yields a line of JSON for each element. The input is JSON Lines, objects of values by name, in which an empty line begins the next
 * sequence; or CSV with a first line of names. Throws RNN410 with the number of a line that cannot be read or does not fit.
 */
export async function* streamAnswers(stream: Stream, lines: AsyncIterable<string>): AsyncGenerator<string> {
  let line = 0
  let read: ((text: string) => readonly Read[]) | undefined
  for await (const text of lines) {
    line++
    if (read === undefined && text.trim() === '') continue
    read ??= text.trimStart().startsWith('{') ? jsonLines(stream) : csvLines()
    for (const { element, line: at } of located(line, () => read?.(text) ?? []))
      yield located(at, () => `${JSON.stringify(jsonOf([stream.step(element)])[0])}\n`)
  }
}

/** Runs something; its errors tell the line. */
function located<T>(line: number, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof RnnError)) throw error
    const [{ code, message, help }] = error.diagnostics
    if (code === 'RNN410') throw error
    return fail('RNN410', { file, reason: `line ${line}: ${message}` }, { ...(help !== undefined && { help }) })
  }
}

/** Reads lines of JSON; an empty one begins the next sequence. */
function jsonLines(stream: Stream): (text: string) => readonly Read[] {
  let line = 0
  return text => {
    line++
    if (text.trim() !== '') return [{ element: readValues('a line', text), line }]
    stream.reset()
    return []
  }
}

/** Reads rows of CSV. A row may go on over several lines, in quotes. */
function csvLines(): (text: string) => readonly Read[] {
  let names: readonly string[] = []
  let rows: Read[] = []
  const head = (found: readonly string[]) => {
    names = found
    return found.map(() => true)
  }
  const row = (cells: readonly string[], line: number): void => {
    rows.push({ element: elementOf(names, cells), line })
  }
  const reader = csvReader({ head, row }, (reason, help) =>
    fail('RNN410', { file, reason }, { ...(help !== undefined && { help }) }),
  )
  return text => {
    rows = []
    reader.add(`${text}\n`)
    return rows
  }
}

/** Puts the cells of a row together: `x[0]` and `x[1]` are the components of `x`. */
function elementOf(names: readonly string[], cells: readonly string[]): Element {
  const element = new Map<string, Nested>()
  const lists = new Map<string, Nested[]>()
  names.forEach((name, i) => {
    const component = /^(.*)\[\d+\]$/.exec(name)?.[1]
    const value = cellValue(cells[i])
    if (component === undefined) element.set(name, value)
    else lists.set(component, [...(lists.get(component) ?? []), value])
  })
  return Object.fromEntries([...element, ...lists])
}

const cellValue = (cell: string): string | number =>
  cell.trim() !== '' && Number.isFinite(Number(cell)) ? Number(cell) : cell

/** Cuts pieces of UTF-8 into lines, which end with LF or CRLF; the last may lack its end. */
export async function* linesOf(pieces: AsyncIterable<Uint8Array | string>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of pieces) {
    const lines = (rest + (typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true }))).split(/\r?\n/)
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}

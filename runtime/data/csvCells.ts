// Reads the cells of CSV rows (RFC 4180), character by character.
import { holdsNul, saveAsUtf8 } from './notText.ts'
import { shown } from './shown.ts'

const codeOf = (character: string): number => character.charCodeAt(0)
const [quote, cr, lf, space, tab] = ['"', '\r', '\n', ' ', '\t'].map(codeOf)

/** Calls for an end of the reading, with the reason and help. */
export type Malformed = (reason: string, help?: string) => never

/** A text of whole rows, and how far it is read. */
export interface Scan {
  readonly malformed: Malformed
  text: string
  /** Whether a NUL is somewhere in the text. */
  hasNul: boolean
  /** Code of the separator. */
  between: number
  at: number
  /** The number of the line at `at` among all that were read, from 1. */
  line: number
  /** The cells of the row that is read, so far. */
  row: string[]
  /** Names of the columns, once the first row is read. */
  names: readonly string[] | undefined
  /** Whether the cells of each column are only looked through. */
  skips: readonly boolean[]
}

/** Begins before the first row. */
export const createScan = (malformed: Malformed): Scan => ({
  malformed,
  text: '',
  hasNul: false,
  between: 0,
  at: 0,
  line: 1,
  row: [],
  names: undefined,
  skips: [],
})

/** Continues with a text of whole rows. */
export function continueWith(scan: Scan, text: string): void {
  scan.text = text
  scan.hasNul = text.includes('\0')
  scan.at = 0
}

/** Chooses the separator of the cells. */
export function separateBy(scan: Scan, separator: string): void {
  scan.between = codeOf(separator)
}

/** Reads the cells of a row to `row`, up to the end of its line, and tells whether the row is blank: a cell in quotes is not. */
export function readRow(scan: Scan): boolean {
  const { text, between } = scan
  const row: string[] = []
  scan.row = row
  let isQuoted = false
  for (;;) {
    const open = afterGap(text, scan.at, between)
    if (text.charCodeAt(open) === quote) {
      isQuoted = true
      row.push(quotedCell(scan, open))
    } else row.push(plainCell(scan))
    if (text.charCodeAt(scan.at) !== between) return row.length === 1 && row[0] === '' && !isQuoted
    scan.at++
  }
}

/** Goes past the end of a line: CRLF, LF or CR. */
export function endLine(scan: Scan): void {
  const { text, at } = scan
  if (at >= text.length) return
  scan.at = text.charCodeAt(at) === cr && text.charCodeAt(at + 1) === lf ? at + 2 : at + 1
  scan.line++
}

/** Finds the next character that is no blank, unless blanks separate the cells. */
function afterGap(text: string, from: number, between: number): number {
  for (let at = from; ; at++) {
    const code = text.charCodeAt(at)
    if ((code !== space && code !== tab) || code === between) return at
  }
}

/** Reads the cell that opens with the quote at `open`, and moves to the separator or the end of the line. */
function quotedCell(scan: Scan, open: number): string {
  const { text, between, line: opened } = scan
  let close = open
  let doubled = false
  for (;;) {
    close = text.indexOf('"', close + 1)
    if (close < 0) scan.malformed(`the quote that opens in ${place(scan)} is never closed`)
    if (text.charCodeAt(close + 1) !== quote) break
    doubled = true
    close++
  }
  countLines(scan, open, close)
  scan.at = afterGap(text, close + 1, between)
  const end = text.charCodeAt(scan.at)
  if (scan.at < text.length && end !== between && end !== lf && end !== cr) {
    scan.malformed(`${place(scan, opened)} continues after its closing quote`, 'double each quote inside a quoted cell')
  }
  if (scan.skips[scan.row.length]) return ''
  const cell = text.slice(open + 1, close)
  return doubled ? cell.replaceAll('""', '"') : cell
}

/** Reads a cell without quotes, and moves to the separator or the end of the line. */
function plainCell(scan: Scan): string {
  const { text, between, at: begin } = scan
  let at = begin
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === between || code === lf || code === cr) break
    if (code === quote)
      scan.malformed(`${place(scan)} has a quote inside`, 'put the cell in quotes, and double each quote inside it')
  }
  scan.at = at
  if (scan.hasNul && text.slice(begin, at).includes('\0')) scan.malformed(`${place(scan)} ${holdsNul}`, saveAsUtf8)
  return scan.skips[scan.row.length] ? '' : trimmed(text.slice(begin, at))
}

/** Names the cell that is read, for messages. */
function place({ names, row, line }: Scan, from = line): string {
  const name = names?.[row.length]
  return name === undefined ? `line ${from}, cell ${row.length + 1}` : `line ${from}, column \`${shown(name)}\``
}

function countLines(scan: Scan, from: number, to: number): void {
  const { text } = scan
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i)
    if (code === lf || (code === cr && text.charCodeAt(i + 1) !== lf)) scan.line++
  }
}

/** Removes white space at the ends. Most cells have none, and are not copied. */
function trimmed(cell: string): string {
  const [first, last] = [cell.charCodeAt(0), cell.charCodeAt(cell.length - 1)]
  return first <= space || last <= space || first > 127 || last > 127 ? cell.trim() : cell
}

// Reads and writes CSV text (RFC 4180), so that a written cell reads back unchanged. No library does it, as messages need the line and
// the column of each cell: csv-parse 7 counts a line too many where CRLF stands in quotes beside other line ends, and finds no
// separator, no repeated header and no NUL.
import { ownText } from './labelTables.ts'
import { longestRow } from './lineText.ts'
import { holdsNul, shown } from './shown.ts'

const codeOf = (character: string): number => character.charCodeAt(0)
const [quote, cr, lf, space, tab] = ['"', '\r', '\n', ' ', '\t'].map(codeOf)

/** Separators of the cells of a line, in the order in which they are looked for. */
const separators = [',', '\t', ';'] as const

export type Separator = (typeof separators)[number]

/** Separators by name, for messages. */
export const separatorNames: Readonly<Record<Separator, string>> = { ',': 'a comma', '\t': 'a tab', ';': '`;`' }

/** Receives the cells of a table. */
export interface CsvTable {
  /** Receives the cells of the first line, and tells for each column whether its cells are wanted. */
  readonly head: (names: readonly string[]) => readonly boolean[]
  /** Receives the cells of a row, empty where they are not wanted, and the line on which it ends, from 1. */
  readonly row: (cells: readonly string[], line: number) => void
}

/** Reads a table that comes in pieces, each of whole lines with their ends. */
export interface CsvReader {
  readonly add: (text: string) => void
  readonly end: () => void
}

export interface CsvOptions {
  /** Separator of the cells; without it the comma if the first line has one outside of quotes, else the tab, else `;`. */
  readonly separator?: Separator
  /** Greatest length of a row. */
  readonly longest?: number
}

/**
 * Reads a table whose first line that is not blank names the columns. Lines end with CRLF, LF or CR, each by itself. A cell in quotes
 * is as it stands between them; blanks around other cells are removed. Blank lines are left out, but in a single column those between
 * rows are empty cells. `malformed` is called with the error and its place.
 */
export function csvReader(
  table: CsvTable,
  malformed: (reason: string, help?: string) => never,
  { separator, longest = longestRow }: CsvOptions = {},
): CsvReader {
  const rows = rowReader(table, malformed, separator)
  let pending = ''
  let isQuoted = false
  let isBlank = true
  return {
    add: text => {
      if (pending.length + text.length > longest) {
        malformed(
          `a row on line ${rows.line()} or after it does not end within ${longest} characters`,
          'a quote may be left open',
        )
      }
      pending += text
      for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) isQuoted = !isQuoted
      isBlank &&= text.trim() === ''
      // Waits for closing quotes, as ends of lines may stand in quotes, and for the first line, which tells the separator.
      if (isQuoted || isBlank) return
      rows.add(pending)
      pending = ''
    },
    end: () => rows.add(pending),
  }
}

interface RowReader {
  /** Reads whole rows. */
  readonly add: (text: string) => void
  /** Gives the line after those that were read, from 1. */
  readonly line: () => number
}

function rowReader(
  table: CsvTable,
  malformed: (reason: string, help?: string) => never,
  given: Separator | undefined,
): RowReader {
  let separator = given ?? separators[0]
  let between = codeOf(separator)
  const isGap = (code: number): boolean => (code === space || code === tab) && code !== between
  let text = ''
  let length = 0
  let hasNul = false
  let names: readonly string[] | undefined
  /** Lines of blank rows of a single column, which only count if another row follows. */
  let blank: number[] = []
  let row: string[] = []
  /** Whether the cells of each column are only looked through. */
  let skips: readonly boolean[] = []
  /** Where the row begins. */
  let start = 0
  /** The first line as it stands in the text. */
  let head = ''
  let line = 1
  let at = 0

  const place = (from = line): string => {
    const name = names?.[row.length]
    return name === undefined ? `line ${from}, cell ${row.length + 1}` : `line ${from}, column \`${shown(name)}\``
  }
  const countLines = (from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      const code = text.charCodeAt(i)
      if (code === lf || (code === cr && text.charCodeAt(i + 1) !== lf)) line++
    }
  }
  /** Reads the cell that opens with the quote at `open`; moves `at` to the separator or the end of the line. */
  const quoted = (open: number): string => {
    const opened = line
    let close = open
    let doubled = false
    for (;;) {
      close = text.indexOf('"', close + 1)
      if (close < 0) malformed(`the quote that opens in ${place()} is never closed`)
      if (text.charCodeAt(close + 1) !== quote) break
      doubled = true
      close++
    }
    countLines(open, close)
    at = close + 1
    while (at < length && isGap(text.charCodeAt(at))) at++
    const end = text.charCodeAt(at)
    if (at < length && end !== between && end !== lf && end !== cr) {
      malformed(`${place(opened)} continues after its closing quote`, 'double each quote inside a quoted cell')
    }
    if (skips[row.length]) return ''
    const cell = text.slice(open + 1, close)
    return doubled ? cell.replaceAll('""', '"') : cell
  }
  const unquoted = (): string => {
    const begin = at
    let code = 0
    while (at < length) {
      code = text.charCodeAt(at)
      if (code === between || code === lf || code === cr) break
      if (code === quote) {
        malformed(`${place()} has a quote inside`, 'put the cell in quotes, and double each quote inside it')
      }
      at++
    }
    if (hasNul && text.slice(begin, at).includes('\0')) malformed(`${place()} ${holdsNul}`, 'save it as UTF-8')
    return skips[row.length] ? '' : trimmed(text.slice(begin, at))
  }
  const endRow = (isBlank: boolean): void => {
    if (names === undefined) {
      if (isBlank) return
      names = row
      head = ownText(text.slice(start, at))
      const wanted = table.head(names)
      // Rows of a single column are blank or not by their cells.
      skips = names.length === 1 ? [] : wanted.map(isWanted => !isWanted)
      return
    }
    if (isBlank) {
      if (names.length === 1) blank.push(line)
      return
    }
    for (const blankLine of blank) table.row([''], blankLine)
    blank = []
    checkWidth(row, names, line, separator, malformed)
    // Files that were joined have the first line again, letter by letter.
    if (at - start === head.length && text.startsWith(head, start)) {
      const help =
        'remove it, or put the cell in quotes if it is data; the first line contains the names of the columns'
      malformed(`line ${line} repeats the first line`, help)
    }
    table.row(row, line)
  }

  const add = (next: string): void => {
    text = next
    length = text.length
    hasNul = text.includes('\0')
    at = 0
    if (names === undefined) {
      separator = given ?? separatorOf(text)
      between = codeOf(separator)
    }
    while (at < length) {
      // Reads one row.
      let isQuoted = false
      row = []
      start = at
      for (;;) {
        let open = at
        while (open < length && isGap(text.charCodeAt(open))) open++
        if (text.charCodeAt(open) === quote) {
          isQuoted = true
          row.push(quoted(open))
        } else row.push(unquoted())
        if (at < length && text.charCodeAt(at) === between) at++
        else break
      }
      endRow(row.length === 1 && row[0] === '' && !isQuoted)
      if (at < length) {
        if (text.charCodeAt(at) === cr && text.charCodeAt(at + 1) === lf) at++
        at++
        line++
      }
    }
  }
  return { add, line: () => line }
}

/** Writes a text as a cell of the column `name` that reads back unchanged, after any separator. */
export function csvCell(text: string, name?: string): string {
  const isPlain = text !== '' && text !== name && !/[",;\r\n\t\0]/.test(text) && text === text.trim()
  return isPlain ? text : `"${text.replaceAll('"', '""')}"`
}

/** Calls `malformed` for a row of another number of cells. */
function checkWidth(
  row: readonly string[],
  names: readonly string[],
  line: number,
  separator: Separator,
  malformed: (reason: string, help?: string) => never,
): void {
  if (row.length !== names.length) {
    const help = `cells are separated by ${separatorNames[separator]}, as in the first line: put a cell that contains one in quotes`
    malformed(`line ${line} has ${row.length} cells, but the first line has ${names.length}`, help)
  }
}

/** Finds the separator of the first line that is not blank. */
function separatorOf(text: string): Separator {
  const found = new Set<string>()
  let isQuoted = false
  let isBlank = true
  for (const character of text) {
    if (character === '"') isQuoted = !isQuoted
    else if (!isQuoted && (character === '\n' || character === '\r')) {
      if (!isBlank) break
      found.clear()
      continue
    }
    if (!isQuoted) found.add(character)
    if (character.trim() !== '') isBlank = false
  }
  return separators.find(separator => found.has(separator)) ?? ','
}

/** Removes white space at the ends. Most cells have none, and are not copied. */
function trimmed(cell: string): string {
  const [first, last] = [cell.charCodeAt(0), cell.charCodeAt(cell.length - 1)]
  return first <= space || last <= space || first > 127 || last > 127 ? cell.trim() : cell
}

// Reads and writes CSV text (RFC 4180), so that a written cell reads back unchanged. No library does it, as messages need the line and
// the column of each cell: csv-parse 7 counts a line too many where CRLF stands in quotes beside other line ends, and finds no
// separator, no repeated header and no NUL.
import { continueWith, createScan, endLine, type Malformed, readRow, separateBy } from './csvCells.ts'
import { ownText } from './labelTables.ts'
import { longestRow } from './lineText.ts'

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
  malformed: Malformed,
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
          'a quote may not be closed',
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

/** Reads rows: the first names the columns, and each other must have as many cells. */
function rowReader(table: CsvTable, malformed: Malformed, given: Separator | undefined): RowReader {
  const scan = createScan(malformed)
  let separator = given ?? separators[0]
  /** Lines of blank rows of a single column, which only count if another row follows. */
  let blank: number[] = []
  /** The first line as it stands in the text. */
  let head = ''

  const endHead = (names: readonly string[], text: string): void => {
    scan.names = names
    head = ownText(text)
    const wanted = table.head(names)
    // Rows of a single column are blank or not by their cells.
    scan.skips = names.length === 1 ? [] : wanted.map(isWanted => !isWanted)
  }
  const endRow = (start: number, isBlank: boolean): void => {
    const { names, row, line, text, at } = scan
    if (names === undefined) {
      if (!isBlank) endHead(row, text.slice(start, at))
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
  return {
    add: text => {
      continueWith(scan, text)
      if (scan.names === undefined) {
        separator = given ?? separatorOf(text)
        separateBy(scan, separator)
      }
      while (scan.at < text.length) {
        const start = scan.at
        const isBlank = readRow(scan)
        endRow(start, isBlank)
        endLine(scan)
      }
    },
    line: () => scan.line,
  }
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
  malformed: Malformed,
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

// csv("file.csv"): a table, its first line the names of the columns.
import { parse } from 'csv-parse/browser/esm/sync'
import { fail } from '../../../dsl/diagnostics.ts'
import type { Column, Table } from '../value.ts'
import { tableReader, textOf } from './file.ts'

export const csv = tableReader('csv', parseCsv, columns =>
  [columns.map(name => `"${name.replaceAll('"', '""')}"`), columns.map(() => 1)].map(row => `${row.join()}\n`).join(''),
)

/**
 * Reads the bytes of a CSV file (RFC 4180, UTF-8; blank lines are left out, cells are trimmed). RNN405 if it has no rows,
 * RNN410 if it is malformed.
 */
export function parseCsv(bytes: Uint8Array, file: string): Table<Column> {
  const malformed: (reason: string) => never = reason => fail('RNN410', { file, reason })
  const { records, lines } = parseRecords(bytes, malformed)
  const header = records[0]?.map(name => name.trim()) ?? []
  // A blank line of a file with one column may be an empty cell; only those at the end are surely none.
  if (header.length === 1) while (isBlank(records.at(-1))) records.pop()
  const rows = records.flatMap((record, i) => (i === 0 || (header.length > 1 && isBlank(record)) ? [] : [i]))
  if (rows.length === 0) return fail('RNN405', { what: `\`${file}\`` })
  for (const i of rows) {
    if (records[i].length !== header.length) {
      malformed(`line ${lines[i]} has ${records[i].length} cells, the first line has ${header.length}`)
    }
  }
  const twice = header.find((name, i) => header.indexOf(name) !== i)
  if (twice !== undefined) malformed(`two columns are named \`${twice}\``)
  const column = (name: string, place: number): Column => ({
    kind: 'column',
    file,
    name,
    cells: rows.map(i => records[i][place].trim()),
    lines: rows.map(i => lines[i]),
  })
  return { kind: 'table', file, columns: new Map(header.map((name, place) => [name, column(name, place)])) }
}

function parseRecords(bytes: Uint8Array, malformed: (reason: string) => never) {
  const lines: number[] = []
  const text = textOf(bytes, malformed)
  try {
    const records = parse(text, {
      relax_column_count: true,
      max_record_size: 0,
      on_record: (record, { lines: line }) => {
        lines.push(line)
        return record
      },
    })
    return { records, lines }
  } catch (error) {
    return malformed(error instanceof Error ? error.message : String(error))
  }
}

const isBlank = (record: readonly string[] | undefined): boolean => record?.length === 1 && record[0].trim() === ''

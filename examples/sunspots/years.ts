// The years of the figures, for names and pictures; the model itself reads only their order.
import { parse } from 'csv-parse/sync'
import { fail } from '../../dsl/diagnostics.ts'

/** The column `year` of a file that the program has read before. RNN403 if there is none, RNN404 for what is no year. */
export function readYears(bytes: Uint8Array, file: string): number[] {
  const [header, ...rows]: string[][] = parse(bytes, { bom: true, trim: true, skip_empty_lines: true })
  const place = header.indexOf('year')
  if (place < 0) fail('RNN403', { file, column: 'year' })
  return rows.map((row, i) => {
    const year = Number(row[place])
    if (Number.isInteger(year) && row[place] !== '') return year
    return fail('RNN404', { text: row[place] || '(an empty cell)', file, row: i + 2, column: 'year' })
  })
}

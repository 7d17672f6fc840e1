// The years of the figures, for names and pictures; the model itself reads only their order.
import { fail } from '../../dsl/diagnostics.ts'
import { parseCsv } from '../../runtime/data/functions/csv.ts'
import { lineOf } from '../../runtime/data/raggedSequences.ts'

/** The column `year` of a file that the program has read before. RNN403 if there is none, RNN404 for what is no year. */
export function readYears(bytes: Uint8Array, file: string): number[] {
  const column = parseCsv(bytes, file).columns.get('year') ?? fail('RNN403', { file, column: 'year' })
  const labels = column.labels()
  return Array.from(labels.codes, (code, row) => {
    const cell = labels.texts[code]
    const year = Number(cell)
    if (Number.isInteger(year) && cell !== '') return year
    const text = cell || '(an empty cell)'
    return fail('RNN404', { text, type: 'number', where: lineOf(column, row) })
  })
}

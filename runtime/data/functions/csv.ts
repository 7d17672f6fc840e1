// csv("file.csv", decimal = "."): a table, its first line the names of the columns.
import { fail } from '../../../dsl/diagnostics.ts'
import { readCsv } from '../csvText.ts'
import type { DecimalMark } from '../numberText.ts'
import { shown } from '../shown.ts'
import { type Argument, type Column, describe, type Table } from '../value.ts'
import { readTable, textOf } from './file.ts'
import type { DataFunction } from './function.ts'

export const csv: DataFunction = {
  name: 'csv',
  parameters: [{ name: 'path' }, { name: 'decimal', default: { kind: 'text', value: '.' } }],
  example: columns => {
    const names = columns.map(name => `"${name.replaceAll('"', '""')}"`)
    return [names, columns.map(() => 1)].map(row => `${row.join()}\n`).join('')
  },
  apply: ([path, decimal], call) => {
    const mark = markOf(decimal)
    return readTable(path, call, (bytes, file) => parseCsv(bytes, file, mark))
  },
}

/** RNN210 for what stands before no decimals. */
function markOf({ value, span }: Argument): DecimalMark {
  if (value.kind === 'text' && (value.value === '.' || value.value === ',')) return value.value
  return fail('RNN210', { what: '`decimal`', expected: '"." or ","', found: describe(value) }, { span })
}

/** Reads the bytes of a CSV file (UTF-8), as `readCsv` does. RNN405 if it has no rows, RNN410 if it is malformed. */
export function parseCsv(bytes: Uint8Array, file: string, decimal: DecimalMark = '.'): Table<Column> {
  const malformed: (reason: string, help?: string) => never = (reason, help) =>
    fail('RNN410', { file, reason }, help === undefined ? {} : { help })
  const { names, columns, lines } = readCsv(textOf(bytes, malformed), malformed)
  if (lines.length === 0) return fail('RNN405', { what: `\`${file}\`` })
  const seen = new Set<string>()
  for (const name of names) {
    // Columns without a name are left by programs that write empty cells at the end of every line: no one can ask for them.
    if (name !== '' && seen.has(name)) malformed(`two columns are named \`${shown(name)}\``)
    seen.add(name)
  }
  const column = (name: string, place: number): Column => ({
    kind: 'column',
    file,
    name,
    cells: columns[place],
    lines,
    decimal,
  })
  return { kind: 'table', file, columns: new Map(names.map((name, place) => [name, column(name, place)])) }
}

// csv("file.csv", decimal = "."): a table (RFC 4180), its first line the names of the columns.
import type { Asked } from '../asked.ts'
import type { DecimalMark } from '../numberText.ts'
import type { Column, Table } from '../value.ts'
import { delimitedFunction, delimitedTable } from './delimited.ts'
import { tableIn } from './file.ts'

export const csv = delimitedFunction('csv')

/** Reads the bytes of a CSV file (UTF-8), as `csvReader` does. RNN405 if it has no rows, RNN410 if it is malformed. */
export const parseCsv = (
  bytes: Uint8Array,
  file: string,
  decimal: DecimalMark = '.',
  asked?: (column: string) => Asked,
): Table<Column> => tableIn(bytes, file, delimitedTable(decimal), asked)

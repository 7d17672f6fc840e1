// tsv("file.tsv", decimal = "."): as `csv`, with a tab between cells, whatever else stands in them.
import { delimitedFunction } from './delimited.ts'

export const tsv = delimitedFunction('tsv', '\t')

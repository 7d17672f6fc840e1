// Data of which only the kinds are known, not the values: what a block is checked on before it reads anything.
import { asWritten } from './rounding.ts'
import type { Column, Sequences, Series } from './value.ts'

/** What a column is, without its rows. */
export function withoutRows(column: Column | Sequences | Series): Column | Sequences | Series {
  if (column.kind === 'column') {
    const { labels: _, nulls: __, ...rest } = column
    return { ...rest, cells: [], lines: [] }
  }
  if (column.kind === 'series') return emptied(column)
  return { ...column, series: emptied(column.series), lengths: [], inner: column.inner.map(() => []) }
}

function emptied({ labels: _, ...series }: Series): Series {
  const values = new Float64Array()
  return { ...series, rows: 0, values, rounding: asWritten(values) }
}

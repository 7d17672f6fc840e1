// Data of which only the kinds are known, not the values: what a block is checked on before it reads anything.
import { asWritten } from './rounding.ts'
import type { Column, Sequences } from './value.ts'

/** What a column is, without its rows. */
export function withoutRows(column: Column | Sequences): Column | Sequences {
  if (column.kind === 'column') {
    const { labels: _, nulls: __, ...rest } = column
    return { ...rest, cells: [], lines: [] }
  }
  const { labels: _, ...series } = column.series
  const values = new Float64Array()
  return {
    ...column,
    series: { ...series, rows: 0, values, rounding: asWritten(values) },
    lengths: [],
    inner: column.inner.map(() => []),
  }
}

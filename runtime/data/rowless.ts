// Values of which only the kinds are known: a block is checked on them before it reads any data.
import { noCells } from './column.ts'
import { asWritten } from './rounding.ts'
import { noPlaces } from './rowPlaces.ts'
import type { Column, Sequences, Series } from './value.ts'

const none = new Int32Array()

/** Removes the rows of a column, and keeps its kind. */
export function withoutRows(column: Column | Sequences | Series): Column | Sequences | Series {
  if (column.kind === 'column') return { ...column, ...noCells, places: noPlaces }
  if (column.kind === 'series') return emptied(column)
  return { ...column, series: emptied(column.series), lengths: none, inner: column.inner.map(() => none) }
}

function emptied({ labels: _, large: __, ...series }: Series): Series {
  const values = new Float64Array()
  return { ...series, rows: 0, values, rounding: asWritten(values) }
}

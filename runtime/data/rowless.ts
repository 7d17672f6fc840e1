// Values of which only the kinds are known: a block is checked on them before it reads any data.
import { noCells } from './column.ts'
import { Grid } from './grid.ts'
import { asWritten } from './rounding.ts'
import { noPlaces } from './rowPlaces.ts'
import { type Column, type Sequences, type Series, seriesOf } from './value.ts'

const none = new Int32Array()

/** Removes the rows of a column, and keeps its kind; `isOpen` tells whether the width of its items is not known. */
export function withoutRows(column: Column | Sequences | Series, isOpen: boolean): Column | Sequences | Series {
  if (column.kind === 'column') return { ...column, ...noCells, places: noPlaces }
  const series = { ...emptied(seriesOf(column)), ...(isOpen && { isOpen }) }
  if (column.kind === 'series') return series
  return { ...column, series, lengths: none, inner: column.inner.map(() => none) }
}

function emptied({ labels: _, large: __, ...series }: Series): Series {
  const values = Grid.of(new Float64Array(), series.values.width)
  return { ...series, rows: 0, values, rounding: asWritten(values) }
}

// Data of which only the kinds are known, not the values: what a block is checked on before it reads anything.
import type { Cells, Column, Sequences, Table } from './value.ts'

/** A table whose columns have no rows. `kindOf` says what one is that only its values tell. */
export function withoutRows(table: Table, kindOf: (cells: Cells) => Column | Sequences): Table {
  const bare = (column: Column | Cells | Sequences): Column | Sequences => {
    switch (column.kind) {
      case 'column':
        return { ...column, cells: [], lines: [] }
      case 'cells':
        return bare(kindOf(column))
      case 'sequences':
        return { ...column, series: { ...column.series, rows: 0, values: new Float64Array() }, lengths: [] }
    }
  }
  return { ...table, columns: new Map([...table.columns].map(([name, column]) => [name, bare(column)])) }
}

// Some of the rows that were read, ascending. A range of them takes no memory, however many there are.

export interface Rows {
  readonly length: number
  readonly at: (index: number) => number
  readonly forEach: (visit: (row: number) => void) => void
}

/** Rows from one up to another, without that. */
export const rowsFrom = (from: number, to: number): Rows => ({
  length: to - from,
  at: index => from + index,
  forEach: visit => {
    for (let row = from; row < to; row++) visit(row)
  },
})

export const allRows = (count: number): Rows => rowsFrom(0, count)

export const noRows: Rows = allRows(0)

/** Rows that were chosen one by one. */
export const chosenRows = (rows: Int32Array): Rows => ({
  length: rows.length,
  at: index => rows[index],
  forEach: visit => rows.forEach(row => void visit(row)),
})

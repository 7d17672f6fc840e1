// Sequences: where the elements of each row are.
import { fail } from '../../dsl/diagnostics.ts'
import { type Argument, describe, type Elements, type Sequences, seriesOf, widthOf } from './value.ts'

/** The place of each row's first element among all, and at the end how many there are. */
export function startsOf({ lengths }: Sequences): Float64Array {
  const starts = new Float64Array(lengths.length + 1)
  lengths.forEach((length, row) => {
    starts[row + 1] = starts[row] + length
  })
  return starts
}

/** The places of the elements that belong to some rows: of a series the rows themselves. */
export function elementsIn(value: Elements, rows: Int32Array): Int32Array {
  if (value.kind !== 'sequences') return rows
  const starts = startsOf(value)
  const count = rows.reduce((sum, row) => sum + value.lengths[row], 0)
  const elements = new Int32Array(count)
  let end = 0
  for (const row of rows) for (let i = starts[row]; i < starts[row + 1]; i++) elements[end++] = i
  return elements
}

/** For messages: `element 3`, or `element 3 of row 2`. */
export function elementOf(value: Elements, element: number): string {
  if (value.kind !== 'sequences') return `element ${element + 1}`
  const { row, place } = rowOf(value, element)
  return `element ${place + 1} of row ${row + 1}`
}

/** Where a number of a value was read, for messages: `a.csv, line 3, column \`x\``, and in a list `…, element 2`. */
export function placeOf(value: Elements, index: number): string {
  const series = seriesOf(value)
  const { origins } = series
  const width = widthOf(series)
  const element = Math.floor(index / width)
  const { file, column, lines } = origins[index % width]
  const at = (row: number): string => `${file}, line ${lines[row]}, column \`${column}\``
  if (value.kind !== 'sequences') return at(element)
  const { row, place } = rowOf(value, element)
  return `${at(row)}, element ${place + 1}`
}

function rowOf(value: Sequences, element: number): { readonly row: number; readonly place: number } {
  const starts = startsOf(value)
  const row = value.lengths.findIndex((_, i) => element < starts[i + 1])
  return { row, place: element - starts[row] }
}

/** RNN210 for a value that is no sequences. */
export function sequencesOf({ value, span }: Argument, what: string): Sequences {
  if (value.kind === 'sequences') return value
  return fail('RNN210', { what, expected: 'sequences, as lists in JSON Lines are', found: describe(value) }, { span })
}

// Cuts rows, as they were read, into the parts for training, validation and test.
import type { Span } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { permutation, random } from '../random.ts'
import { chosenRows, type Rows, rowsFrom } from './rows.ts'
import type { Split } from './value.ts'

const partNames = ['train', 'validation', 'test'] as const
export type PartName = (typeof partNames)[number]

/** Rows of each part, ascending. */
export interface Cut {
  readonly train: Rows
  readonly validation?: Rows
  readonly test?: Rows
}

/**
 * Cuts rows by fractions: two are those of train and test, three those of train, validation and test. The same seed shuffles the same
 * number of rows in the same way. RNN405 if a part gets none.
 */
export function cut(split: Split, rows: number, seed: number, span?: Span): Cut {
  const order = split.order === 'ordered' ? undefined : permutation(rows, random(seed, 'split'))
  const names = split.fractions.length === 2 ? (['train', 'test'] as const) : partNames
  let sum = 0
  let start = 0
  const parts: { -readonly [P in PartName]?: Rows } = {}
  names.forEach((name, i) => {
    sum += split.fractions[i]
    const end = i === names.length - 1 ? rows : Math.round(sum * rows)
    if (end <= start) fail('RNN405', { what: `the ${name} part of ${rows} rows` }, { ...(span && { span }) })
    // The parts share the memory of all rows.
    parts[name] = order === undefined ? rowsFrom(start, end) : chosenRows(order.subarray(start, end).sort())
    start = end
  })
  return { ...parts, train: parts.train ?? rowsFrom(0, rows) }
}

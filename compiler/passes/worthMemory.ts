// Decides which values of a loop's body may be kept for all of its steps at once: work that leaves a loop must not cost much more
// memory than the loop takes anyway.
import { elements } from '../ir/elements.ts'
import { type Block, type Eqn, scanCounts, type Value } from '../ir/graph.ts'

/** The size limit for a value kept of each step, as a multiple of the largest value that a step reads, carries or outputs. */
const most = 8

/** Tells whether a value may be kept for every step. Attention scores for each word of a text are too large, for example. */
export function isSmallBeside(scan: Eqn, body: Block): (value: Value) => boolean {
  const { consts } = scanCounts(scan)
  const largest = [...body.params.slice(consts), ...body.results].reduce((n, v) => Math.max(n, elements(v)), 0)
  return value => elements(value) <= most * largest
}

/** The total number of elements of some values. */
export const totalElements = (values: readonly Value[]): number => values.reduce((n, v) => n + elements(v), 0)

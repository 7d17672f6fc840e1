// Which values of a loop's body may be kept for all of its steps at once: work that leaves a loop must not cost much more memory than
// the loop takes anyway.
import { elements } from '../ir/elements.ts'
import { type Block, type Eqn, scanCounts, type Value } from '../ir/graph.ts'

/** So many times the largest value that goes into a step, through it or out of it may be kept of each step. */
const most = 8

/** Whether one value a step takes little beside what the loop reads, carries and gives: a score for each word of a text takes too much. */
export function isSmallBeside(scan: Eqn, body: Block): (value: Value) => boolean {
  const { consts } = scanCounts(scan)
  const largest = [...body.params.slice(consts), ...body.results].reduce((n, v) => Math.max(n, elements(v)), 0)
  return value => elements(value) <= most * largest
}

export const totalElements = (values: readonly Value[]): number => values.reduce((n, v) => n + elements(v), 0)

// Tells which reductions combine columns: those that a backend does side by side, in the order of memory, and not one result after the other.
import { asNumber } from '../ir/dim.ts'
import { programReads } from './instructions.ts'
import type { ReduceKernel } from './plan.ts'

/**
 * Whether neighbours in memory belong to different results: along the last dimension of the results some operand lies together, and along the
 * last one that is combined none.
 */
export function combinesColumns({ domain, over, program }: ReduceKernel): boolean {
  const column = domain.length - 1
  if (column < 0 || over.length === 0) return false
  const strides = programReads(program).map(({ strides: s }) => [s[column], s[s.length - 1]].map(asNumber))
  return strides.some(([along]) => along === 1) && strides.every(([, across]) => across !== 1)
}

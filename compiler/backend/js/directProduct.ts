// Decides which products read their operands in place instead of packing them.
import { asNumber } from '../../ir/dim.ts'
import type { GemmKernel } from '../../plan/plan.ts'
import { turn } from '../../plan/stationary.ts'
import { leastPacked } from './gemm.ts'

export interface DirectProduct {
  /** The product, its operands exchanged if need be: the number of its columns is known. */
  readonly kernel: GemmKernel
  /** The least number of rows for which packing is better, if there is one. */
  readonly below?: number
}

/** Largest operand that stays in the cache, in elements; a larger one is read from slower memory repeatedly, and is better packed. */
const largestCached = 2 ** 16

/** Gives the form in which a product reads its operands in place, if its sizes are known well enough and packing is no better. */
export function directProduct(kernel: GemmKernel): DirectProduct | undefined {
  const [m, n, k] = [kernel.m, kernel.n, kernel.k].map(asNumber)
  if (n === undefined && m === undefined) return undefined
  if (n === undefined || (m !== undefined && m > n)) return directProduct(turn(kernel))
  if (k === undefined) return m !== undefined && m < leastPacked.vectors ? { kernel } : undefined
  if (n < leastPacked.vectors || k < leastPacked.depth || n * k <= largestCached) return { kernel }
  if (m === undefined) return { kernel, below: leastPacked.vectors }
  return m < leastPacked.vectors ? { kernel } : undefined
}

/** Tells whether a product is never packed, however many rows it has. */
export function isAlwaysDirect(kernel: GemmKernel): boolean {
  const direct = directProduct(kernel)
  return direct !== undefined && direct.below === undefined
}

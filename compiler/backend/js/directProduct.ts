// Which products read their operands where they lie, and are not packed.
import { asNumber } from '../../ir/dim.ts'
import type { GemmKernel } from '../../plan/plan.ts'
import { turn } from '../../plan/stationary.ts'
import { leastPacked } from './gemm.ts'

export interface DirectProduct {
  /** The product, turned if need be: the number of its columns is known. */
  readonly kernel: GemmKernel
  /** It is for fewer rows than this alone. */
  readonly below?: number
}

/** A larger operand is read from further away than the cache, again and again, and is better packed. */
const largestCached = 2 ** 16

/** How such a product can be done, if its sizes are known well enough. */
export function directProduct(kernel: GemmKernel): DirectProduct | undefined {
  const [m, n, k] = [kernel.m, kernel.n, kernel.k].map(asNumber)
  if (n === undefined && m === undefined) return undefined
  if (n === undefined || (m !== undefined && m > n)) return directProduct(turn(kernel))
  if (k === undefined) return m !== undefined && m < leastPacked.vectors ? { kernel } : undefined
  if (n < leastPacked.vectors || k < leastPacked.depth || n * k <= largestCached) return { kernel }
  if (m === undefined) return { kernel, below: leastPacked.vectors }
  return m < leastPacked.vectors ? { kernel } : undefined
}

/** Whether a product is never packed, however many rows it has. */
export function isAlwaysDirect(kernel: GemmKernel): boolean {
  const direct = directProduct(kernel)
  return direct !== undefined && direct.below === undefined
}

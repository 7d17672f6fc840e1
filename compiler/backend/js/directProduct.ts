// Decides which products read their operands in place, and which pack them.
import { asNumber, type Dim } from '../../ir/dim.ts'
import type { PackingRule } from '../../plan/packings.ts'
import type { GemmKernel } from '../../plan/plan.ts'
import { transposeProduct } from '../../plan/stationary.ts'
import { leastPacked, panelWidth } from './gemm.ts'

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
  if (n === undefined || (m !== undefined && m > n)) return directProduct(transposeProduct(kernel))
  if (k === undefined) return m !== undefined && m < leastPacked.vectors ? { kernel } : undefined
  if (n < leastPacked.vectors || k < leastPacked.depth || n * k <= largestCached) return { kernel }
  if (m === undefined) return { kernel, below: leastPacked.vectors }
  return m < leastPacked.vectors ? { kernel } : undefined
}

/** Tells whether a product is never packed, however many rows it has. */
function isAlwaysDirect(kernel: GemmKernel): boolean {
  const direct = directProduct(kernel)
  return direct !== undefined && direct.below === undefined
}

/** Packs the operands of products that may be large enough at run time. */
export const packingRule: PackingRule = {
  width: panelWidth,
  takes: kernel => !isAlwaysDirect(kernel) && mayBePacked(kernel),
  byRows: true,
  acrossRuns: false,
}

function mayBePacked({ m, n, k }: GemmKernel): boolean {
  const atLeast = (least: number, dim: Dim): boolean => (asNumber(dim) ?? least) >= least
  return atLeast(leastPacked.vectors, m) && atLeast(leastPacked.vectors, n) && atLeast(leastPacked.depth, k)
}

// Decides which operands of products are packed before a loop, and makes the buffers that they are packed into.
import { add, asNumber, constant, type Dim, equal, multiply, product, sameShape } from '../../ir/dim.ts'
import { sameOperand } from '../../plan/operands.ts'
import type { Buffer, GemmKernel, Loop, Operand, Plan, Step } from '../../plan/plan.ts'
import { stationaryProducts } from '../../plan/stationary.ts'
import { isAlwaysDirect } from './directProduct.ts'
import { leastPacked, panelWidth } from './gemm.ts'

/** A right operand that is packed. `kernel` is one of the products that read it; `to` has strides for the batch dimensions alone. */
export interface Packing {
  readonly kernel: GemmKernel
  readonly to: Operand
}

/** A product whose right operand is packed: the product, its operands exchanged if need be, and the place of the packed one. */
export interface PackedProduct {
  readonly kernel: GemmKernel
  readonly packed: Operand
}

export interface Packings {
  /** The operands that are packed right before each loop. */
  readonly before: ReadonlyMap<Loop, readonly Packing[]>
  readonly products: ReadonlyMap<GemmKernel, PackedProduct>
  readonly buffers: readonly Buffer[]
}

/** Packs every operand before the outermost loop that does not change it; equal operands are packed once. */
export function packingsOf(plan: Plan): Packings {
  const before = new Map<Loop, Packing[]>()
  const products = new Map<GemmKernel, PackedProduct>()
  const buffers: Buffer[] = []
  let nextId = Math.max(-1, ...plan.buffers.map(b => b.id)) + 1

  const visit = (step: Step): void => {
    if (step.kind !== 'loop') return
    const own: Packing[] = []
    for (const { product: gemm, turned } of stationaryProducts(step)) {
      if (products.has(gemm) || isAlwaysDirect(turned) || !mayBePacked(turned)) continue
      const known = own.find(p => sameRight(p.kernel, turned))
      const packing = known ?? { kernel: turned, to: destination(turned, nextId) }
      if (known === undefined) {
        own.push(packing)
        buffers.push(packing.to.buffer)
        nextId++
      }
      products.set(gemm, { kernel: turned, packed: packing.to })
    }
    before.set(step, own)
    step.steps.forEach(visit)
  }
  plan.steps.forEach(visit)
  return { before, products, buffers }
}

/** Tells whether a product may be large enough for packing at run time. */
function mayBePacked({ m, n, k }: GemmKernel): boolean {
  const atLeast = (least: number, dim: Dim): boolean => (asNumber(dim) ?? least) >= least
  return atLeast(leastPacked.vectors, m) && atLeast(leastPacked.vectors, n) && atLeast(leastPacked.depth, k)
}

const sameRight = (a: GemmKernel, b: GemmKernel): boolean =>
  sameOperand(a.b, b.b) && equal(a.m, b.m) && equal(a.n, b.n) && equal(a.k, b.k) && sameShape(a.batch, b.batch)

/** The place of a packed operand; batches that share the operand share its place. */
function destination({ b, n, k, batch }: GemmKernel, id: number): Operand {
  const one = multiply(add(n, constant(panelWidth - 1)), k)
  const strides: Dim[] = []
  let size = one
  for (let d = batch.length - 1; d >= 0; d--) {
    const shared = asNumber(b.strides[d]) === 0
    strides.unshift(shared ? constant(0) : size)
    if (!shared) size = product([size, batch[d]])
  }
  const hint = b.buffer.hint === '' ? 'packed' : `${b.buffer.hint}_packed`
  return { buffer: { id, dtype: 'real', size, hint }, offset: constant(0), strides }
}

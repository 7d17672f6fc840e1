// Finds the products with an operand that stays the same, which a backend packs once: before the outermost loop that does not change it, or
// before the first of all runs. Makes the buffers that they are packed into.
import { add, asNumber, constant, type Dim, equal, multiply, product, sameShape } from '../ir/dim.ts'
import { type FreshBuffer, freshBuffers } from './freshBuffers.ts'
import { sameOperand } from './operands.ts'
import type { Buffer, GemmKernel, Loop, Operand, Plan, Step } from './plan.ts'
import { fixedProducts, type Stationary, stationaryProducts } from './stationary.ts'

/** A right operand that is packed. `kernel` is one of the products that read it; `to` has strides for the batch dimensions alone. */
export interface Packing {
  readonly kernel: GemmKernel
  readonly to: Operand
}

export interface Packings {
  /** The operands that are packed right before each loop, and before the first run of the plan on the same arrays. */
  readonly before: ReadonlyMap<Loop | Plan, readonly Packing[]>
  /** The products with a packed right operand, their operands exchanged if need be, and its place. */
  readonly products: ReadonlyMap<GemmKernel, Packing>
  readonly buffers: readonly Buffer[]
}

/** A backend's way of packing. */
export interface PackingRule {
  /** The number of columns of a panel. */
  readonly width: number
  /** Whether a product, its operands exchanged if need be, takes a packed right operand. */
  readonly takes: (kernel: GemmKernel) => boolean
  /** Whether the number of rows decides at run time if anything is packed, so that only products with the same number share it. */
  readonly byRows: boolean
  /** Whether the backend packs inputs that stay the same from run to run before the first run. */
  readonly acrossRuns: boolean
}

/** Packs every operand before the outermost loop that does not change it; equal operands are packed once. */
export function packingsOf(plan: Plan, { width, takes, byRows, acrossRuns }: PackingRule): Packings {
  const before = new Map<Loop | Plan, Packing[]>()
  const products = new Map<GemmKernel, Packing>()
  const buffers: Buffer[] = []
  const fresh = freshBuffers(plan)
  const shares = (a: GemmKernel, b: GemmKernel): boolean => sameRight(a, b) && (!byRows || equal(a.m, b.m))

  const pack = (place: Loop | Plan, found: readonly Stationary[]): void => {
    const own: Packing[] = []
    for (const { product: gemm, turned } of found) {
      if (products.has(gemm) || !takes(turned)) continue
      const known = own.find(p => shares(p.kernel, turned))
      const packing = known ?? { kernel: turned, to: destination(turned, fresh, width) }
      if (known === undefined) {
        own.push(packing)
        buffers.push(packing.to.buffer)
      }
      products.set(gemm, { kernel: turned, to: packing.to })
    }
    before.set(place, own)
  }
  const visit = (step: Step): void => {
    if (step.kind !== 'loop') return
    pack(step, stationaryProducts(step))
    step.steps.forEach(visit)
  }
  if (acrossRuns) pack(plan, fixedProducts(plan))
  plan.steps.forEach(visit)
  return { before, products, buffers }
}

const sameRight = (a: GemmKernel, b: GemmKernel): boolean =>
  sameOperand(a.b, b.b) && equal(a.n, b.n) && equal(a.k, b.k) && sameShape(a.batch, b.batch)

/** The place of a packed operand; batches that share the operand share its place. */
function destination({ b, n, k, batch }: GemmKernel, fresh: FreshBuffer, width: number): Operand {
  const one = multiply(add(n, constant(width - 1)), k)
  const strides: Dim[] = []
  let size = one
  for (let d = batch.length - 1; d >= 0; d--) {
    const shared = asNumber(b.strides[d]) === 0
    strides.unshift(shared ? constant(0) : size)
    if (!shared) size = product([size, batch[d]])
  }
  const hint = b.buffer.hint === '' ? 'packed' : `${b.buffer.hint}_packed`
  return { buffer: fresh(size, hint), offset: constant(0), strides }
}

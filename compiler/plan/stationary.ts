// Finds products with an operand that is the same at every step of a loop, or in every run of a plan, so that a backend can pack it once.
import { type Dim, symbolsOf } from '../ir/dim.ts'
import type { Buffer, GemmKernel, Loop, Operand, Plan, Step } from './plan.ts'
import { writesOf } from './steps.ts'
import { storedInputs } from './storedInputs.ts'

/** A product, and the same one transposed if need be, so that its right operand is the one that stays. */
export interface Stationary {
  readonly product: GemmKernel
  readonly turned: GemmKernel
}

/** The products of a loop, and of loops inside it, with an operand that none of these loops writes or indexes. */
export function stationaryProducts(loop: Loop): readonly Stationary[] {
  const written = new Set(writesOf(loop).map(o => o.buffer))
  return productsWith(buffer => !written.has(buffer), [loop], [])
}

/** The products of a plan with an operand that is an input which stays the same from run to run. */
export function fixedProducts(plan: Plan): readonly Stationary[] {
  const { steps, fixed = [] } = plan
  const all = storedInputs(plan)
  return productsWith(buffer => all.get(buffer)?.every(p => fixed.includes(p.name)) ?? false, steps, [])
}

/** The products in some steps, and in loops among them, with an operand in a buffer that stays, at a place that no index moves. */
function productsWith(
  stays: (buffer: Buffer) => boolean,
  steps: readonly Step[],
  indices: readonly string[],
): Stationary[] {
  const free = (dims: readonly Dim[]): boolean => dims.every(d => symbolsOf(d).every(s => !indices.includes(s)))
  const isSame = (o: Operand): boolean => stays(o.buffer) && free([o.offset, ...o.strides])
  return steps.flatMap((step): Stationary[] => {
    if (step.kind === 'loop') return productsWith(stays, step.steps, [...indices, step.index])
    if (step.kind !== 'gemm' || !free([...step.batch, step.m, step.n, step.k])) return []
    if (isSame(step.b)) return [{ product: step, turned: step }]
    return isSame(step.a) ? [{ product: step, turned: transposeProduct(step) }] : []
  })
}

/** Transposes a product: cᵀ = bᵀ aᵀ. */
export const transposeProduct = (kernel: GemmKernel): GemmKernel => ({
  ...kernel,
  m: kernel.n,
  n: kernel.m,
  a: transposed(kernel.b),
  b: transposed(kernel.a),
  c: transposed(kernel.c),
  strongLeft: kernel.strongRight,
  strongRight: kernel.strongLeft,
})

const transposed = (operand: Operand): Operand => {
  const [rows, columns] = operand.strides.slice(-2)
  return { ...operand, strides: [...operand.strides.slice(0, -2), columns, rows] }
}

// Finds products in a loop with an operand that is the same at every step, so that a backend can pack it once, before the loop.
import { type Dim, symbolsOf } from '../ir/dim.ts'
import { writesOf } from './operands.ts'
import type { GemmKernel, Loop, Operand, Step } from './plan.ts'

/** A product, and the same one transposed if need be, so that its right operand is the one that stays. */
export interface Stationary {
  readonly product: GemmKernel
  readonly turned: GemmKernel
}

/** The products of a loop, and of loops inside it, with an operand that none of these loops writes or indexes. */
export function stationaryProducts(loop: Loop): readonly Stationary[] {
  const written = new Set(writesOf(loop).map(o => o.buffer))
  const found = ({ steps, index }: Loop, around: readonly string[]): Stationary[] => {
    const indices = new Set([...around, index])
    const free = (dims: readonly Dim[]): boolean => dims.every(d => symbolsOf(d).every(s => !indices.has(s)))
    const stays = (o: Operand): boolean => !written.has(o.buffer) && free([o.offset, ...o.strides])
    return steps.flatMap((step: Step): Stationary[] => {
      if (step.kind === 'loop') return found(step, [...indices])
      if (step.kind !== 'gemm' || !free([...step.batch, step.m, step.n, step.k])) return []
      if (stays(step.b)) return [{ product: step, turned: step }]
      return stays(step.a) ? [{ product: step, turned: turn(step) }] : []
    })
  }
  return found(loop, [])
}

/** Transposes a product: cᵀ = bᵀ aᵀ. */
export const turn = (kernel: GemmKernel): GemmKernel => ({
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

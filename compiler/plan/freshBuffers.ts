// Makes buffers that a plan does not have yet.
import type { Dim } from '../ir/dim.ts'
import type { DType } from '../ir/graph.ts'
import type { Buffer, Plan } from './plan.ts'

/** Makes a buffer, of reals unless told otherwise. */
export type FreshBuffer = (size: Dim, hint: string, dtype?: DType) => Buffer

/** Numbers new buffers from the last of a plan on. */
export function freshBuffers(plan: Plan): FreshBuffer {
  let last = Math.max(-1, ...plan.buffers.map(b => b.id))
  return (size, hint, dtype = 'real') => ({ id: ++last, dtype, size, hint })
}

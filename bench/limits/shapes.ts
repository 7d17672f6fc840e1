// Lists the products on which limits are measured, and measures them: the best of many runs counts, as other load only slows a run.

import { quick } from '../workers/serve.ts'

export interface Shape {
  readonly M: number
  readonly N: number
  readonly K: number
}

/** Products of recurrent steps, small ones and that of W4, and a square one: the longer the sums, the less the rest of a product weighs. */
const shapes: readonly Shape[] = [
  { M: 32, N: 512, K: 128 },
  { M: 32, N: 400, K: 100 },
  { M: 96, N: 96, K: 96 },
  { M: 64, N: 2048, K: 512 },
  { M: 512, N: 512, K: 512 },
]

/** The weights of one step of W6-stream: all four gates on [x, h]. */
export const streamShape = { rows: 512, columns: 192 } as const

/** The shortest time of one call in ms, over samples of several calls. */
export function shortest(call: () => void): number {
  const samples = quick ? 5 : 40
  const start = performance.now()
  let calls = 0
  while (performance.now() - start < (quick ? 20 : 150)) {
    call()
    calls++
  }
  const each = Math.max(1, Math.round(calls / 15))
  let best = Number.POSITIVE_INFINITY
  for (let s = 0; s < samples; s++) {
    const begin = performance.now()
    for (let i = 0; i < each; i++) call()
    best = Math.min(best, (performance.now() - begin) / each)
  }
  return best
}

/** The best rate over the shapes, in GFLOP/s. */
export function bestRate(prepare: (shape: Shape) => () => void): number {
  const rates = shapes.map(shape => (2 * shape.M * shape.N * shape.K) / shortest(prepare(shape)) / 1e6)
  return Math.max(...rates)
}

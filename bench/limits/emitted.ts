// The rates of the matrix products that this compiler emits: where it has found a better one than the hand-written, that is the limit.
import type { Backend } from '../../compiler/backend/backend.ts'
import { compile, load } from '../../compiler/index.ts'
import { bestRate } from './shapes.ts'

/** The best matrix product that a backend runs, in GFLOP/s, its weights in place. */
export const emittedRate = (backend: Backend, random: (length: number) => Float32Array): number =>
  bestRate(({ M, N, K }) => {
    const { context, predict } = compile(`model Product { input x: [${K}]\n param W: [${N}, ${K}]\n output y = W @ x }`)
    const executable = load(context, predict(), backend, 'f32')
    const inputs = { x: random(M * K), ...executable.store({ W: random(N * K) }) }
    return () => executable.run({ B: M }, inputs)
  })

// Weights of classes and examples, and penalties on weights: losses and gradients against plain loops, on js and wasm, and differences.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { js } from '../../compiler/backend/js.ts'
import { wasm } from '../../compiler/backend/wasm.ts'
import { checkGradients } from '../../trust/index.ts'
import { drawBatch, drawWeights, open, runnable } from '../support/program.ts'
import { createRandom } from '../support/random.ts'
import { close } from '../support/suite.ts'

const B = 5
const K = 3

const source = (losses: string): string => `model M(weights = [0.5, 2, 1.25]) {
  input x: [2]
  target kind: class of 3, weight: real
  part f = dense(3, softmax)
  p = f(x)
  ${losses}
}`

type Values = Readonly<Record<string, ArrayLike<number>>>

/** The gradient of a loss of examples: of weights by which -log p of its class is multiplied, each also divided by B. */
function weighted({ x, kind, ...all }: Values, factor: (b: number) => number) {
  const [W, bias] = [all['f.W'], all['f.b']]
  const result = { loss: 0, W: new Float64Array(2 * K), b: new Float64Array(K) }
  for (let b = 0; b < B; b++) {
    const z = Array.from({ length: K }, (_, k) => W[2 * k] * x[2 * b] + W[2 * k + 1] * x[2 * b + 1] + bias[k])
    const sum = z.reduce((s, v) => s + Math.exp(v), 0)
    result.loss -= (factor(b) * Math.log(Math.exp(z[kind[b]]) / sum)) / B
    for (let k = 0; k < K; k++) {
      const slope = (factor(b) * (Math.exp(z[k]) / sum - (k === kind[b] ? 1 : 0))) / B
      result.b[k] += slope
      for (let i = 0; i < 2; i++) result.W[2 * k + i] += slope * x[2 * b + i]
    }
  }
  return result
}

interface WeightingCase {
  readonly losses: string
  readonly expected: (values: Values) => ReturnType<typeof weighted>
}

const none = { loss: 0, b: new Float64Array(K) }
const all = (values: Values, name: string): number[] => Array.from(values[name])
const sumOf = (list: readonly number[], of: (w: number) => number): number => list.reduce((s, w) => s + of(w), 0)

const cases: readonly WeightingCase[] = [
  {
    losses: 'loss weights[kind] * cross_entropy(p, kind)',
    expected: v => weighted(v, b => [0.5, 2, 1.25][v.kind[b]]),
  },
  { losses: 'loss weight * cross_entropy(p, kind)', expected: v => weighted(v, b => v.weight[b]) },
  {
    losses: 'loss 0.1 * l1(f)',
    expected: v => ({
      ...none,
      loss: 0.1 * sumOf(all(v, 'f.W'), Math.abs),
      W: Float64Array.from(v['f.W'], w => 0.1 * Math.sign(w)),
    }),
  },
  {
    losses: 'loss 0.1 * l2(f)',
    expected: v => ({
      ...none,
      loss: 0.1 * sumOf(all(v, 'f.W'), w => w * w),
      W: Float64Array.from(v['f.W'], w => 0.2 * w),
    }),
  },
  {
    losses: 'loss 0.2 * (0.7 * l1(f.W) + 0.3 * l2(f.W) / 2)\n  loss l1(f.b)',
    expected: v => ({
      loss: 0.2 * sumOf(all(v, 'f.W'), w => 0.7 * Math.abs(w) + 0.15 * w * w) + sumOf(all(v, 'f.b'), Math.abs),
      W: Float64Array.from(v['f.W'], w => 0.14 * Math.sign(w) + 0.06 * w),
      b: Float64Array.from(v['f.b'], Math.sign),
    }),
  },
]

describe('weights and penalties', () => {
  for (const { losses, expected } of cases) {
    it(losses, () => {
      const program = open(source(losses))
      const random = createRandom(5)
      const batch = drawBatch(program, { sizes: { B } }, random)
      const weights = drawWeights(program, batch.sizes, random)
      // One that is 0 has the slope 0 of `abs` there.
      weights['f.W'][3] = 0
      const inputs = { ...batch.arrays, ...weights }
      const wanted = expected(inputs)
      for (const backend of [js, wasm]) {
        const found = runnable(program.model.context, program.model.gradient(), backend).run(batch.sizes, inputs)
        close(found.loss, Float64Array.of(wanted.loss), 1e-12, `loss, ${backend.name}`)
        close(found['d:f.W'], wanted.W, 1e-12, `d f.W, ${backend.name}`)
        close(found['d:f.b'], wanted.b, 1e-12, `d f.b, ${backend.name}`)
      }
      assert.ok(checkGradients(program.model, { sizes: { B }, seed: 2 }).passed)
    })
  }
})

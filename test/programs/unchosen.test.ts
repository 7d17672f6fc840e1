// What is not chosen has no influence: programs whose untaken branches, padding or unread elements are infinite or NaN, or have such a slope.
// Each gives the gradient that its examples give one by one, or the one that is worked out beside it.
import { describe, it } from 'vitest'
import { js } from '../../compiler/backend/js.ts'
import { load } from '../../compiler/index.ts'
import { naive, standard } from '../../compiler/passes/pipeline.ts'
import { type Batch, repadded, unpadded } from '../../trust/fuzz/drawBatch.ts'
import { type Arrays, drawBatch, drawWeights, interpreted, open, runnable, type Setting } from '../support/program.ts'
import { createRandom } from '../support/random.ts'
import { close } from '../support/suite.ts'

interface Known {
  readonly name: string
  readonly source: string
  readonly batch: Batch
  readonly weights: Arrays
  readonly gradients: Readonly<Record<string, readonly number[]>>
}

const reals = (...x: number[]): Float64Array => Float64Array.from(x)

const known: readonly Known[] = [
  {
    name: 'a logarithm of 0 and below, left out',
    source: 'model M { input x: real; target y: real; param w: real; s = w * x; loss where(x > 0, log(s), 0) - y }',
    batch: { sizes: { B: 3 }, arrays: { x: reals(2, 0, -3), y: reals(0, 0, 0) } },
    weights: { w: reals(1) },
    // One row of three counts: 1 / (3 w).
    gradients: { w: [1 / 3] },
  },
  {
    name: 'a root of what is negative, left out',
    source: 'model M { input x: real; target y: real; param w: real; loss where(x > 0, (w * x) ^ 0.5, 0) - y }',
    batch: { sizes: { B: 2 }, arrays: { x: reals(4, -1), y: reals(0, 0) } },
    weights: { w: reals(1) },
    gradients: { w: [0.5] },
  },
  {
    name: 'elements that nothing reads',
    source: 'model M { input x: [2]; target y: real; param w: [2]; loss log(w * x)[0] - y }',
    batch: { sizes: { B: 1 }, arrays: { x: reals(2, 0), y: reals(0) } },
    weights: { w: reals(1, 1) },
    gradients: { w: [1, 0] },
  },
  {
    name: 'a product with what is infinite, left out',
    source:
      'model M { input x: [2]; target y: real; param W: [1, 2]; loss where(x[0] > 0, W @ x, W @ (x / (x - x)))[0] - y }',
    batch: { sizes: { B: 2 }, arrays: { x: reals(1, 2, 3, 4), y: reals(0, 0) } },
    weights: { W: reals(0.5, 0.25) },
    gradients: { W: [2, 3] },
  },
  {
    name: 'the lesser of two, whose slope is infinite',
    source: 'model M { input x: real; target y: real; param w: real; loss max(w, log(w - 1)) + 0 * x - y }',
    batch: { sizes: { B: 1 }, arrays: { x: reals(0), y: reals(0) } },
    weights: { w: reals(1) },
    gradients: { w: [1] },
  },
]

/** On every pipeline, in both precisions and in the interpreter. */
describe('a gradient that is known', () => {
  for (const { name, source, batch, weights, gradients } of known) {
    it(name, () => {
      const { model } = open(source)
      const inputs = { ...batch.arrays, ...weights }
      for (const pipeline of [naive, standard]) {
        const graph = model.gradient({ pipeline })
        const floats = Object.fromEntries(Object.entries(inputs).map(([n, data]) => [n, Float32Array.from(data)]))
        const runs: readonly (readonly [where: string, results: Arrays, bound: number])[] = [
          ['interpreter', interpreted(runnable(model.context, graph), batch.sizes, inputs), 1e-14],
          ['f64', load(model.context, graph, js, 'f64').run(batch.sizes, inputs), 1e-14],
          ['f32', load(model.context, graph, js, 'f32').run(batch.sizes, floats), 1e-6],
        ]
        for (const [where, results, bound] of runs)
          for (const [parameter, expected] of Object.entries(gradients))
            close(results[`d:${parameter}`], expected, bound, `${parameter} by ${where}, ${pipeline.name}`)
      }
    })
  }
})

const ragged = (body: string): string => `model M {\n  input x: [2] over T\n  target y: real\n${body}\n}`

const setting: Setting = { sizes: { B: 4, T: 5 }, lengths: { T: [5, 2, 0, 3] } }

/** Over sequences of different lengths, one of them empty; garbage stands in the padding. */
const programs: Readonly<Record<string, string>> = {
  'an entropy of attention': ragged(`
  part k = dense(1), out = dense(1)
  a = softmax(sum(x |> k), over T)
  loss mse(sum(sum(a * x, over T) |> out), y)
  loss -0.01 * sum(a * log(a), over T)`),
  'the same under a mask': ragged(`
  part q = dense(1)
  a = softmax(where(x[0] > 0, sum(x |> q), -inf), over T)
  loss mse(sum(a * sum(x), over T), y)
  loss -sum(where(a > 0, a * log(a), 0), over T)`),
  'a quotient by the length of an empty sequence': ragged(`
  s = sum(x |> dense(1), over T)
  m = where(length(over T) > 0, s[0] / length(over T), 0)
  loss mse(m, y)`),
  'a deviation over a sequence': ragged(`
  z = sum(x |> dense(1))
  m = mean(z, over T)
  v = mean((z - repeat(m, over T)) ^ 2, over T)
  loss mse(where(v > 0, v ^ 0.5, 0), y)`),
  'a logarithm of a softmax over the steps': ragged(`
  part k = dense(1)
  a = softmax(sum(x |> k), over T)
  loss mse(sum(log(a) / (1 + repeat(length(over T), over T)), over T), y)`),
  'layers of cells that overflow in padding': ragged(`
  h = x |> LSTM(3) |> GRU(2)
  g = exp(h |> dense(2))
  loss mse(sum(last(g)) + sum(mean(log(g), over T)), y)`),
  'both directions and a normalization': ragged(`
  param g, b: [4]
  h = layer_norm(x |> bidirectional(SimpleRNN(2)), g, b)
  loss mse(sum(sum(h, over T)), y)`),
  'a cell of its own with a root and a quotient': `cell Own(units) {
  input x: [D]
  state h: [units]
  param W: [units, D], U: [units, units]
  z = W @ x + U @ h
  h' = where(z > 0, sqrt(z), log(-z)) / (1 + z ^ 2)
  return h'
}
${ragged('  r = x |> Own(2)\n  loss mse(sum(r.final.h), y)')}`,
  'products of what was computed before the loop': ragged(`
  part f = LSTM(2), g = dense(2)
  u = 1 / (x |> g)
  loss mse(sum(f(u).final.h), y)`),
  'a variance that only padding makes huge': ragged(`
  m = sum(x ^ 4, over T) / (1 + sum(x ^ 2, over T))
  loss mse(sum(m |> dense(1)), y)`),
}

describe('a padded batch gives what its examples give one by one', () => {
  for (const [name, source] of Object.entries(programs)) {
    it(name, () => {
      const program = open(source)
      const { model } = program
      const random = createRandom(7)
      const batch = drawBatch(program, setting, random)
      const weights = drawWeights(program, setting.sizes, random)
      for (const pipeline of [naive, standard]) {
        const graph = runnable(model.context, model.gradient({ pipeline }))
        const sums: Record<string, number[]> = {}
        for (let b = 0; b < 4; b++) {
          const one = unpadded(model.signature, batch, b)
          for (const [output, data] of Object.entries(graph.run(one.sizes, { ...one.arrays, ...weights })))
            sums[output] = Array.from(data, (v, i) => (sums[output]?.[i] ?? 0) + v / 4)
        }
        for (const seed of [1, 2, 3]) {
          const garbage = repadded(model.signature, batch, seed)
          const found = graph.run(garbage.sizes, { ...garbage.arrays, ...weights })
          for (const output of Object.keys(found))
            if (output === 'loss' || output.startsWith('d:'))
              close(found[output], sums[output], 1e-12, `${output}, ${pipeline.name}`)
        }
      }
    })
  }
})

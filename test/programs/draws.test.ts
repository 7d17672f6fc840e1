// Draws in training: counted, so that nothing but seed and step changes them; and differentiated like all else.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { type Arrays, type Batch, drawBatch, drawWeights, interpreted, open, runnable } from '../support/program.ts'
import { createRandom } from '../support/random.ts'
import { close } from '../support/suite.ts'

const rest = `
data D for M { t = csv("none.csv"); x = t.x; y = t.y; split = ordered(1, 0) }
train M on D { optimizer = SGD(1); epochs = 1; batch = 3 }`

const sources: Readonly<Record<string, string>> = {
  dropout: `
model M {
  input x: [2] over T;  target y: [2] over T
  p = x |> dropout(0.3) |> SimpleRNN(3) |> dropout(0.5) |> dense(2)
  loss mse(p, y)
  output p }`,
  zoneout: `
cell Zoned(units) {
  input x: [D];  state h, c: [units]
  part inner = LSTM(units)
  r = inner(x, h = h, c = c)
  h' = zoneout(r.final.h, h, 0.3)
  c' = zoneout(r.final.c, c, 0.2)
  return h' }
model M {
  input x: [2] over T;  target y: [2] over T
  p = x |> Zoned(2)
  loss mse(p, y)
  output p }`,
  'variational dropout, in both directions': `
cell Masked(units) {
  input x: [D];  state h: [units], k: [units] = dropout(ones, 0.4)
  param W: [units, D], U: [units, units]
  k' = k
  h' = tanh(W @ x + U @ (k * h))
  return h' }
model M {
  input x: [2] over T;  target y: [4] over T
  p = x |> bidirectional(Masked(2))
  loss mse(p, y)
  output p }`,
}

const draw = (seed: number, step: number): Arrays => ({ '@seed': Int32Array.of(seed), '@step': Int32Array.of(step) })

function openTraining(source: string) {
  const program = open(source + rest)
  const training = program.model.train()
  const random = createRandom(1)
  const setting = { sizes: { B: 3, T: 4 }, lengths: { T: [4, 0, 2] } }
  const batch = drawBatch(program, setting, random)
  return {
    program,
    batch,
    weights: drawWeights(program, setting.sizes, random),
    step: runnable(training.context, training.graph),
  }
}

/** The batch in longer padding. */
function longer({ sizes, arrays }: Batch, by: number): Batch {
  const T = sizes.T + by
  const stretch = (data: Arrays[string]) => {
    const width = data.length / (sizes.B * sizes.T)
    return Float64Array.from({ length: sizes.B * T * width }, (_, i) => {
      const [b, t] = [Math.floor(i / (T * width)), Math.floor(i / width) % T]
      return t < sizes.T ? data[(b * sizes.T + t) * width + (i % width)] : 7
    })
  }
  return { sizes: { ...sizes, T }, arrays: { ...arrays, x: stretch(arrays.x), y: stretch(arrays.y) } }
}

for (const [name, source] of Object.entries(sources)) {
  describe(name, () => {
    const { program, batch, weights, step } = openTraining(source)
    const inputs = {
      ...batch.arrays,
      ...weights,
      ...draw(1, 5),
      ...Object.fromEntries(
        program.model.train().states.map(s => [s.name, new Float64Array(weights[s.name.split('@')[0]].length)]),
      ),
    }
    const train = (other: Arrays = {}, { sizes }: Batch = batch): Arrays => step.run(sizes, { ...inputs, ...other })

    it('runs on js as in the interpreter', () => {
      const expected = interpreted(step, batch.sizes, inputs)
      const found = train()
      for (const key of Object.keys(expected)) close(found[key], expected[key], 1e-12, key)
    })
    it('has the gradient that differences of its own loss give', () => {
      const after = train()
      for (const { name } of program.model.signature.parameters) {
        const gradient = weights[name].map((p, i) => p - after[name][i])
        const numeric = weights[name].map((_, i) => {
          const slope = (by: number): number => {
            const moved = (d: number): number =>
              train({ [name]: weights[name].map((p, j) => (j === i ? p + d : p)) }).loss[0]
            return (moved(by) - moved(-by)) / (2 * by)
          }
          return (15 * slope(4e-3) - 6 * slope(8e-3) + slope(12e-3)) / 10
        })
        close(gradient, numeric, 1e-7, name)
      }
    })
    it('draws the same for the same seed and step, and otherwise for others', () => {
      assert.deepEqual(train(), train())
      assert.notEqual(train().loss[0], train(draw(2, 5)).loss[0])
      assert.notEqual(train().loss[0], train(draw(1, 6)).loss[0])
    })
    it('draws the same in longer padding', () => {
      const more = longer(batch, 3)
      const found = train(more.arrays, more)
      for (const [key, data] of Object.entries(train())) close(found[key], data, 1e-13, key)
    })
    it('draws nothing outside training', () => {
      for (const graph of ['predict', 'evaluate', 'gradient'] as const) {
        assert.ok(!program.graph(graph).graph.inputs.some(i => i.startsWith('@')))
      }
    })
  })
}

describe('bernoulli', () => {
  it('is 1 as often as it should be, independently from step to step and element to element', () => {
    const source = `
cell Draws() {
  input x: [D];  state h: [D]
  h' = x * bernoulli(0.3, x)
  return h' }
model M {
  input x: [20] over T;  target y: [20] over T;  param w: real = 1
  p = w * x |> Draws()
  q = w * x * bernoulli(0.3, x)
  loss a = sum(p, over T) * 1
  loss b = sum(q, over T) * 1
  loss both = sum(p * q, over T) }`
    const program = open(source + rest)
    const training = program.model.train()
    const step = runnable(training.context, training.graph)
    const sizes = { B: 20, T: 50 }
    const x = new Float64Array(20 * 50 * 20).fill(1)
    const states = Object.fromEntries(training.states.map(s => [s.name, Float64Array.of(0)]))
    const lengths = new Int32Array(20).fill(50)
    const results = step.run(sizes, { x, y: x, w: Float64Array.of(1), 'T.lengths': lengths, ...states, ...draw(3, 1) })
    const [a, b, both] = [0, 1, 2].map(i => results[`sum.${i}`][0] / x.length)
    assert.ok(Math.abs(a - 0.3) < 0.015 && Math.abs(b - 0.3) < 0.015, `${a} and ${b} should be 0.3`)
    assert.ok(Math.abs(both - 0.09) < 0.012, `${both} should be 0.09`)
  })
})

// Nothing to compute with: no example, no step. And many steps, which must leave nothing behind.
import assert from 'node:assert/strict'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, it } from 'vitest'
import type { Buffer } from '../compiler/backend/backend.ts'
import { js } from '../compiler/backend/js.ts'
import { compile, load } from '../compiler/index.ts'
import { evaluate } from '../compiler/ir/dim.ts'
import { drawBatch, drawWeights, open, type Setting } from './support/program.ts'
import { createRandom } from './support/random.ts'

const source = `
model M {
  input x: [2] over T
  target y: [2] over T, k: class of 3 over T
  part rnn = LSTM(2)
  h = rnn(x)
  p = dense(3, softmax)(h)
  loss mse(h, y)
  loss cross_entropy(p, k)
  metric accuracy(p, k)
  output h
  output end = last(h)
  output mean = mean(h, over T)
  output read = sum(softmax(h, over T) * x, over T)
  predict k from p
}
data D for M { t = csv("none.csv"); x = t.x; y = t.y; k = t.k; split = ordered(1, 0) }
train M on D { optimizer = Adam(0.01); clip = global_norm(1); epochs = 1; batch = 2 }
`

const nothing: readonly { readonly name: string; readonly setting: Setting }[] = [
  { name: 'no example', setting: { sizes: { B: 0, T: 3 } } },
  { name: 'no step', setting: { sizes: { B: 2, T: 0 } } },
  { name: 'neither', setting: { sizes: { B: 0, T: 0 } } },
  { name: 'only empty sequences', setting: { sizes: { B: 2, T: 3 }, lengths: { T: [0, 0] } } },
]

/** The inputs of one training step: a batch, weights, and the optimizer's states as they start. */
function trainingStep(setting: Setting) {
  const program = open(source)
  const random = createRandom(1)
  const batch = drawBatch(program, setting, random)
  const training = compile(source).train()
  const states: Record<string, Buffer> = { ...drawWeights(program, setting.sizes, random) }
  for (const s of training.states) {
    const length = s.shape.reduce((n, d) => n * evaluate(d, setting.sizes), 1)
    states[s.name] = s.dtype === 'int' ? new Int32Array(length) : new Float64Array(length)
  }
  return { batch, states, step: load(training.context, training.graph, js, 'f64') }
}

describe('nothing', () => {
  const program = open(source)
  for (const { name, setting } of nothing) {
    const random = createRandom(1)
    const batch = drawBatch(program, setting, random)
    const weights = drawWeights(program, setting.sizes, random)
    const arrays = { ...batch.arrays, ...weights }

    it(`${name}: outputs of the right size, and zero`, () => {
      const outputs = program.graph('predict').run(setting.sizes, arrays)
      for (const port of program.model.signature.outputs) {
        const length = [...port.axes.map(a => a.size), ...port.item].reduce((n, d) => n * evaluate(d, setting.sizes), 1)
        assert.equal(outputs[port.name].length, setting.sizes.B * length, port.name)
        assert.ok(
          outputs[port.name].every(x => x === 0),
          port.name,
        )
      }
    })
    it(`${name}: no loss, and a gradient of zero`, () => {
      const found = program.graph('gradient').run(setting.sizes, arrays)
      for (const [key, data] of Object.entries(found)) assert.ok(data.length > 0 && data.every(x => x === 0), key)
    })
    it(`${name}: training leaves the weights`, () => {
      const { batch, states, step } = trainingStep(setting)
      const given = Object.fromEntries(Object.entries(states).map(([name, data]) => [name, data.slice()]))
      const after = step.run(setting.sizes, { ...batch.arrays, ...given })
      for (const p of program.model.signature.parameters) assert.deepEqual([...after[p.name]], [...states[p.name]])
    })
  }
})

describe('many steps', () => {
  it('10,000 steps of training grow the heap by less than 1 MB', () => {
    const sizes = { B: 2, T: 4 }
    const { batch, states, step } = trainingStep({ sizes, lengths: { T: [4, 2] } })
    const inputs = { ...batch.arrays, ...states }
    const names = Object.keys(states)
    const train = (steps: number): void => {
      for (let i = 0; i < steps; i++) {
        const results = step.run(sizes, inputs)
        for (const name of names) inputs[name].set(results[name])
      }
    }
    train(2_000)
    const before = used()
    train(10_000)
    const grown = used() - before
    assert.ok(grown < 2 ** 20, `${grown} bytes`)
    assert.ok(inputs['rnn.W_i'].every(Number.isFinite))
  })
})

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

/** Bytes in use once garbage is gone. */
function used(): number {
  for (let i = 0; i < 3; i++) collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

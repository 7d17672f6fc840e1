// Whole models on WGSL in Node against the interpreter: what they predict, their loss, every gradient, and five steps of training.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import type { Buffer } from '../../compiler/backend/backend.ts'
import type { WebGpuBackend } from '../../compiler/backend/gpu/webgpu.ts'
import { type CompiledModel, compile, type Graph, load } from '../../compiler/index.ts'
import type { Context } from '../../compiler/ir/builder.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import { naive } from '../../compiler/passes/pipeline.ts'
import { drawBatch, drawWeights } from '../../runtime/fuzz/batch.ts'
import type { FuzzCase } from '../../runtime/fuzz/case.ts'
import { fuzzCases } from '../../runtime/fuzz/generate/index.ts'
import { graphOf, interpreted, roundingOf } from '../../runtime/fuzz/trial.ts'
import { initialize } from '../../runtime/initializers.ts'
import { drawInputs } from '../../runtime/session.ts'
import type { Arrays } from '../support/program.ts'
import { bound, openBackend, skipped } from './support.ts'

/** The same numbers as floats of 32 bits. */
const narrow = (arrays: Arrays): Record<string, Buffer> =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, data]) => [name, data instanceof Int32Array ? data : Float32Array.from(data)]),
  )

/** The same numbers in 64 bits. */
const wide = (arrays: Arrays): Record<string, Buffer> =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, data]) => [name, data instanceof Int32Array ? data : Float64Array.from(data)]),
  )

/** Asserts that results are the expected ones, on the scale of each; `rounding` is what 32 bits may do to one at the worst. */
function close(
  found: Arrays,
  expected: Arrays,
  what: string,
  rounding?: () => (name: string) => ArrayLike<number>,
): void {
  for (const [name, right] of Object.entries(expected)) {
    const got = found[name]
    assert.equal(got?.length, right.length, `${name} of ${what}`)
    const scale = Array.from(right).reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 0)
    const off = (i: number, slack: number): boolean =>
      Number.isFinite(right[i]) && !(Math.abs(got[i] - right[i]) <= bound * scale + slack)
    const far = right.findIndex((_: number, i: number) => off(i, 0))
    if (far < 0) continue
    const slack = rounding?.()(name)
    const worst = right.findIndex((_: number, i: number) => off(i, slack === undefined ? 0 : slack[i] * 2 ** 29))
    if (worst >= 0)
      assert.fail(`${name}[${worst}] of ${what} is ${got[worst]} and should be ${right[worst]} (scale ${scale})`)
  }
}

const data = (text: string, train: string): string => `
data D for M { t = jsonl("none.jsonl"); ${text} }
train M on D { ${train}; epochs = 1; batch = 3 }`

interface Program {
  readonly source: string
  readonly sizes: Sizes
  readonly lengths: Readonly<Record<string, readonly number[]>>
}

const programs: Readonly<Record<string, Program>> = {
  'LSTM, dropout, dense, Adam': {
    source: `model M {
  input x: [2] over T;  target y: [2]
  p = x |> LSTM(5) |> dropout(0.4) |> last |> dense(2)
  loss mse(p, y) }${data('x = t.x; y = t.y', 'optimizer = Adam(0.01)')}`,
    sizes: { B: 4, T: 5 },
    lengths: { T: [5, 2, 1, 4] },
  },
  'embedding, bidirectional GRU, classes, clipped SGD': {
    source: `model M {
  input w: token of 11 over T;  target c: class of 3
  p = w |> embedding(4) |> bidirectional(GRU(3)) |> last |> dense(3, softmax)
  loss cross_entropy(p, c)
  metric accuracy(p, c) }${data('w = t.w; c = t.c', 'optimizer = SGD(0.1, momentum = 0.9); clip = global_norm(0.5)')}`,
    sizes: { B: 5, T: 6 },
    lengths: { T: [6, 3, 0, 1, 5] },
  },
  'a tagger of GRU steps, AdamW, clipped by norm': {
    source: `model M {
  input x: [3] over T;  target y: [1] over T
  h = x |> GRU_before(4)
  p = h |> dense(1)
  loss mse(p, y) }${data('x = t.x; y = t.y', 'optimizer = AdamW(0.01, decay = 0.1); clip = norm(1)')}`,
    sizes: { B: 2, T: 7 },
    lengths: { T: [7, 4] },
  },
}

describe('models on WGSL in Node', { skip: skipped }, () => {
  let backend: WebGpuBackend
  before(async () => {
    backend = await openBackend()
  })
  after(() => backend.device.device.destroy())

  async function onDevice(context: Context, graph: Graph, sizes: Sizes, inputs: Arrays): Promise<Arrays> {
    const executable = load(context, graph, backend, 'f32')
    const results = await executable.run(sizes, inputs)
    executable.dispose()
    return results
  }

  /** Weights, a batch and draws for a model. */
  function inputsFor(model: CompiledModel, { sizes, lengths, data }: Omit<FuzzCase, 'source'>) {
    const batch = drawBatch(model.signature, { sizes, lengths, data })
    return { sizes: batch.sizes, batch: batch.arrays, weights: drawWeights(model.signature, batch.sizes, data) }
  }

  for (const [name, { source, sizes, lengths }] of Object.entries(programs)) {
    describe(name, () => {
      const model = compile(source)
      const own = inputsFor(model, { sizes, lengths, data: 5 })
      const all = narrow({ ...own.batch, ...own.weights, ...drawInputs(3, 0) })

      it('predictions, loss and gradients', async () => {
        for (const graph of [model.predict(), model.evaluate(), model.gradient({ inputs: true })]) {
          const expected = interpreted({ context: model.context, graph }, own.sizes, wide(all))
          close(await onDevice(model.context, graph, own.sizes, all), expected, graph.outputs[0])
        }
      })

      it('five steps of training, with the weights on the device', async () => {
        const training = model.train()
        const reference = compile(source).train(undefined, { pipeline: naive })
        const start = Object.fromEntries(
          training.states.map(s => {
            const values = initialize(s, own.sizes, 0)
            return [s.name, s.dtype === 'real' ? Float32Array.from(values) : Int32Array.from(values)]
          }),
        )
        const executable = load(training.context, training.graph, backend, 'f32', { inPlace: true })
        if (!('counts' in executable)) return assert.fail('not WebGPU')
        const moving = [...training.trained, ...training.states.map(s => s.name)]
        const state = executable.store(narrow({ ...own.weights, ...start }))
        let right: Arrays = wide({ ...narrow(own.weights), ...start })
        for (let step = 0; step < 5; step++) {
          const batch = { ...narrow(own.batch), ...drawInputs(3, step) }
          const found = await executable.run(own.sizes, { ...batch, ...state })
          const expected = interpreted({ context: reference.context, graph: reference.graph }, own.sizes, {
            ...wide(batch),
            ...right,
          })
          assert.ok(Math.abs(found.loss[0] / expected.loss[0] - 1) < bound, `loss ${found.loss[0]} of step ${step}`)
          const { submits, bytesRead } = executable.counts()
          // The loss, and the sum and the count of each average.
          assert.deepEqual([submits, bytesRead], [1, 4 * (training.graph.outputs.length - moving.length)])
          right = Object.fromEntries(Object.entries(right).map(([n, old]) => [n, expected[n] ?? old]))
        }
        await executable.fetch()
        close(state, Object.fromEntries(moving.map(n => [n, right[n]])), 'the state after five steps')
        executable.dispose()
      })
    })
  }

  const runs = Number(process.env.RNNC_GPU_PROGRAMS ?? 24)
  it(`${runs} random programs, forward and backward`, async () => {
    const cases = fc.sample(fuzzCases({ kinks: 'none' }), { numRuns: runs, seed: 11 })
    for (const fuzzCase of cases) {
      const model = compile(fuzzCase.source)
      const own = inputsFor(model, fuzzCase)
      const inputs = narrow({ ...own.batch, ...own.weights, ...drawInputs(fuzzCase.data, 0) })
      for (const name of ['predict', 'gradient'] as const) {
        const graph = model[name](name === 'gradient' ? { inputs: true } : {})
        const oracle = { context: model.context, graph: graphOf(model, name, naive) }
        const expected = interpreted(oracle, own.sizes, wide(inputs))
        const found = await onDevice(model.context, graph, own.sizes, inputs)
        close(found, expected, `${name} of\n${fuzzCase.source}\n${JSON.stringify(fuzzCase.sizes)}`, () =>
          roundingOf(oracle, own.sizes, wide(inputs)),
        )
      }
    }
  })
})

// Whole models on a device against the interpreter, in Node and in a page: what they predict, their loss, every gradient, and five
// steps of training.
import assert from 'node:assert/strict'
import type { AsyncBackend, AsyncExecutable } from '../../compiler/backend/backend.ts'
import type { WebGpuExecutable } from '../../compiler/backend/gpu/webgpu.ts'
import { type CompiledModel, compile, type Graph, load } from '../../compiler/index.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import { naive } from '../../compiler/passes/pipeline.ts'
import { drawInputs, initialStates } from '../../runtime/session.ts'
import { drawBatch, drawWeights } from '../../trust/fuzz/drawBatch.ts'
import type { FuzzCase } from '../../trust/fuzz/fuzzCase.ts'
import { type Arrays, interpreted } from '../../trust/fuzz/trial.ts'
import { build } from '../backend/agree.ts'
import { cases, sizesList } from '../backend/cases.ts'
import { recurrentGradient } from '../backend/recurrent.ts'
import { type Fixture, type FixtureEntry, openFixture } from '../keras/fixture.ts'
import { agreeAsync, bound, close, narrow, onDevice, wide } from './agree.ts'

/** Something that holds of a device. */
export interface DeviceCheck {
  readonly name: string
  readonly run: (backend: AsyncBackend) => Promise<void>
}

/** Hashes of 32 bits, which a plan may use only to draw real numbers. */
export const wholeOps = ['imul', 'xor', 'shr', 'mix']

/** Three, colliding, and empty. */
const few = [0, 3, 4, 5].map(i => sizesList[i])

/** Small graphs, at least one for each op. */
export const graphChecks: readonly DeviceCheck[] = [
  ...cases
    .filter(c => !wholeOps.includes(c.name))
    .map(({ name, params, body }) => ({
      name,
      run: async (backend: AsyncBackend) => {
        const { context, graph } = build(params, body)
        await agreeAsync(backend, context, graph, few)
      },
    })),
  {
    name: 'the gradients of a recurrent network',
    run: async backend => {
      const { context, graph } = recurrentGradient()
      await agreeAsync(backend, context, graph, sizesList)
    },
  },
]

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

/** Sizes, a batch and weights for a model. */
export interface Given {
  readonly sizes: Sizes
  readonly batch: Arrays
  readonly weights: Arrays
}

export function inputsFor(model: CompiledModel, { sizes, lengths, data }: Omit<FuzzCase, 'source'>): Given {
  const batch = drawBatch(model.signature, { sizes, lengths, data })
  return { sizes: batch.sizes, batch: batch.arrays, weights: drawWeights(model.signature, batch.sizes, data) }
}

async function checkGraphs(
  backend: AsyncBackend,
  { context }: CompiledModel,
  graphs: readonly Graph[],
  own: Given,
): Promise<void> {
  const all = narrow({ ...own.batch, ...own.weights, ...drawInputs(3, 0) })
  for (const graph of graphs) {
    const whole = { context, graph }
    close(await onDevice(backend, whole, own.sizes, all), interpreted(whole, own.sizes, wide(all)), graph.outputs[0])
  }
}

async function checkTraining(backend: AsyncBackend, source: string, own: Given): Promise<void> {
  const training = compile(source).train()
  const reference = compile(source).train(undefined, { pipeline: naive })
  const start = initialStates(training.states, own.sizes, 0, 'f32')
  const executable = load(training.context, training.graph, backend, 'f32')
  const moving = [...training.trained, ...training.states.map(s => s.name)]
  const state = executable.store(narrow({ ...own.weights, ...start }))
  let right: Arrays = wide({ ...narrow(own.weights), ...start })
  for (let step = 0; step < 5; step++) {
    const batch = { ...narrow(own.batch), ...drawInputs(3, step) }
    const found = await executable.run(own.sizes, { ...batch, ...state })
    const expected = interpreted(reference, own.sizes, { ...wide(batch), ...right })
    assert.ok(Math.abs(found.loss[0] / expected.loss[0] - 1) < bound, `loss ${found.loss[0]} of step ${step}`)
    // The loss, and the sum and the count of each average.
    const results = training.graph.outputs.length - moving.length
    if (isCounting(executable)) {
      const { submits, bytesRead } = executable.counts()
      assert.deepEqual([submits, bytesRead], [1, 4 * results])
    }
    right = Object.fromEntries(Object.entries(right).map(([n, old]) => [n, expected[n] ?? old]))
  }
  await executable.fetch()
  close(state, Object.fromEntries(moving.map(n => [n, right[n]])), 'the state after five steps')
  executable.dispose()
}

/** WebGPU's executables count what they do. */
const isCounting = (executable: AsyncExecutable): executable is WebGpuExecutable => 'counts' in executable

export const modelChecks: readonly DeviceCheck[] = Object.entries(programs).flatMap(([name, { source, ...drawn }]) => {
  const given = (): [CompiledModel, Given] => {
    const model = compile(source)
    return [model, inputsFor(model, { ...drawn, data: 5 })]
  }
  return [
    {
      name: `predictions, loss and gradients: ${name}`,
      run: async backend => {
        const [model, own] = given()
        await checkGraphs(backend, model, [model.predict(), model.evaluate(), model.gradient({ inputs: true })], own)
      },
    },
    {
      name: `five steps with the weights on the device: ${name}`,
      run: backend => checkTraining(backend, source, given()[1]),
    },
  ]
})

/** A fixture of Keras, with our program for it. */
export interface KerasCase {
  readonly entry: FixtureEntry
  readonly fixture: Fixture
  readonly source: string
}

/** What it predicts, and where it has them its loss and every gradient, and five steps of its optimizer. */
export const fixtureCheck = ({ entry, fixture, source }: KerasCase): DeviceCheck => ({
  name: `Keras' ${entry.name}`,
  run: async backend => {
    const { model, ...own } = openFixture(entry, fixture, source)
    const measured = fixture.loss_value === undefined ? [] : [model.evaluate(), model.gradient({ inputs: true })]
    await checkGraphs(backend, model, [model.predict(), ...measured], own)
    if (fixture.steps !== undefined) await checkTraining(backend, source, own)
  },
})

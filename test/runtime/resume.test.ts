// A training that goes on from a saved state gives what an unbroken one gives, to the last bit.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { wasm } from '../../compiler/backend/wasm.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { fromArrays } from '../../runtime/data/arrays.ts'
import { type CompiledModel, compile, js, type LoadedData } from '../../runtime/index.ts'
import { type TrainOptions, train } from '../../runtime/train.ts'
import { TrainingFailed } from '../../runtime/trainingFailed.ts'
import { copyState, decodeState, encodeState, type TrainingState } from '../../runtime/trainingState.ts'
import { failing } from './support.ts'

interface Case {
  readonly model: CompiledModel
  readonly data: LoadedData
}

/** A text cut into streams, whose states go from window to window. */
function streams(settings: string): Case {
  const model = compile(`model Next {
  input line: token of V over T
  target next: token of V over T
  p = line |> embedding(3) |> SimpleRNN(4) |> dense(V, softmax)
  loss cross_entropy(p, next)
  metric accuracy(p, next)
}
data Text for Next { t = jsonl("none.jsonl"); line = t.a; next = t.b }
train Next on Text { optimizer = Adam(0.02); epochs = 3; batch = 3; truncate = 4; ${settings} }`)
  const rows = Array.from({ length: 7 }, (_, r) => Array.from({ length: 5 + 2 * r }, (_, i) => (i * i + r) % 5))
  const arrays = { line: rows, next: rows.map(row => row.map(code => (code + 1) % 5)) }
  const { part, sizes } = fromArrays(model.signature, arrays, { sizes: { V: 5 } })
  return { model, data: { train: part, sizes, fitted: { ports: {}, calls: {}, sizes } } }
}

/** Random draws in each step, another order in each epoch, and an end by the validation loss. */
function noisy(settings: string, epochs = 9): Case {
  const model = compile(`model Noisy {
  input x: real over T
  target y: real
  p = [x] |> SimpleRNN(4) |> last |> dropout(0.4) |> dense(1)
  loss mse(p[0], y)
  metric error = average(abs(p[0] - y))
}
data Points for Noisy { t = jsonl("none.jsonl"); x = t.x; y = t.y }
train Noisy on Points { optimizer = Adam(0.05); epochs = ${epochs}; batch = 4; patience = 2; seed = 4; ${settings} }`)
  const x = Array.from({ length: 22 }, (_, i) => Array.from({ length: 2 + (i % 5) }, (_, t) => Math.sin(i + t)))
  const { part, sizes } = fromArrays(model.signature, { x, y: x.map(list => list[0] + 0.1) })
  return { model, data: { train: part, validation: part, sizes, fitted: { ports: {}, calls: {}, sizes } } }
}

/** Everything that a training tells, without its time. */
async function observed({ model, data }: Case, options: TrainOptions) {
  const told: unknown[] = []
  const result = await train(model, data, {
    ...options,
    watched: true,
    onStep: ({ seconds: _, ...report }) => told.push(report),
    onEpoch: (report, { seconds: _, ...moment }) => told.push({ ...report, ...moment }),
  })
  return { result, told }
}

/** The state as a file would give it back. */
const reread = (state: TrainingState): TrainingState => decodeState(encodeState(copyState(state)), 'f')

const cases: readonly (readonly [name: string, Case])[] = [
  ['windows of streams', streams('')],
  ['dropout, a new order in each epoch, patience', noisy('')],
  ['several batches a step, clipped', noisy('accumulate = 4; clip = global_norm(0.5)')],
  ['an epoch that is cut short', noisy('steps = 15')],
  ['a rate that falls on a plateau', noisy('plateau = reduce(0.5, 1)')],
  ['without a validation part', { ...noisy(''), data: { ...noisy('').data, validation: undefined } }],
]

describe('goes on from any state', () => {
  for (const backend of [js, wasm]) {
    // What differs between backends is in the first of them.
    for (const [name, given] of backend === js ? cases : cases.slice(0, 3)) {
      test(`${name}, on ${backend.name}`, async () => {
        const states: TrainingState[] = []
        const save = async (state: TrainingState) => void states.push(reread(state))
        // Saves after every run, those in the middle of a step among them.
        const whole = await observed(given, { backend, checkpoint: { every: { seconds: 0 }, save } })
        await fc.assert(
          fc.asyncProperty(fc.integer({ min: 0, max: states.length - 1 }), async at => {
            const from = states[at]
            const rest = await observed(given, { backend, from })
            assert.deepEqual(rest.result, whole.result)
            assert.deepEqual(rest.told, whole.told.slice(whole.told.length - rest.told.length))
            const steps = rest.told.filter(t => Object.hasOwn(Object(t), 'done')).length
            assert.equal(steps, whole.result.steps - from.steps)
          }),
          { numRuns: 2, examples: [[states.length - 1]] },
        )
      })
    }
  }
})

test('saving and watching change nothing', async () => {
  const given = noisy('')
  const saved: number[] = []
  const save = async ({ steps }: TrainingState) => void saved.push(steps)
  const { result } = await observed(given, { checkpoint: { every: { steps: 4 }, save } })
  const { weights, history } = await train(given.model, given.data)
  assert.deepEqual(weights, result.weights)
  assert.deepEqual(
    history,
    result.history.map(({ rate: _, gradientNorm: __, ...report }) => report),
  )
  assert.deepEqual(saved.slice(0, 3), [4, 8, 12])
  assert.equal(saved.at(-1), result.steps)
})

test('goes on from where a signal has ended it, with other limits as with these from the start', async () => {
  const states: TrainingState[] = []
  const controller = new AbortController()
  const onStep = ({ step }: { readonly step: number }): void => (step === 8 ? controller.abort() : undefined)
  const save = async (state: TrainingState) => void states.push(reread(state))
  const short = noisy('', 2)
  const ended = await train(short.model, short.data, { onStep, signal: controller.signal, checkpoint: { save } })
  assert.equal(ended.ended, 'aborted')
  assert.deepEqual([states.length, states[0].steps], [1, 8])
  const long = noisy('', 3)
  assert.deepEqual(await train(long.model, long.data, { from: states[0] }), await train(long.model, long.data))
})

describe('with a limit that comes sooner', () => {
  const limits = [{ epochs: 3 }, { steps: 8 }, { steps: 12, epochs: 9 }, { patience: 1 }, { patience: 3 }]
  for (const settings of ['', 'accumulate = 4']) {
    test(`gives what an unbroken training gives, or refuses the state${settings && `, with ${settings}`}`, async () => {
      const begun = noisy(settings)
      const { data } = begun
      const of = (limit: object): CompiledModel => {
        const lines = Object.entries({ epochs: 7, patience: 9, ...limit }).map(([name, value]) => `${name} = ${value}`)
        return begun.model.withSettings(lines.join('\n'))
      }
      const run = async (model: CompiledModel) => {
        const states: TrainingState[] = []
        const save = async (state: TrainingState) => void states.push(reread(state))
        return { whole: await train(model, data, { checkpoint: { every: { seconds: 0 }, save } }), states }
      }
      const { states } = await run(of({}))
      const refused: number[] = []
      for (const limit of limits) {
        const model = of(limit)
        const { whole, states: own } = await run(model)
        const last = Math.max(...own.map(({ allRuns }) => allRuns))
        const some = states.filter(({ allRuns }, i) => i % 9 === 0 || Math.abs(allRuns - last) < 2)
        for (const from of some) {
          if (from.allRuns > last) await failing('RNN528', () => train(model, data, { from }))
          else assert.deepEqual(await train(model, data, { from }), whole)
        }
        refused.push(states.filter(from => from.allRuns > last).length)
      }
      assert.ok(refused.filter(count => count > 0).length >= 4, String(refused))
    })
  }
})

test('an error of saving ends training, with the best weights', async () => {
  const { model, data } = noisy('')
  const save = async ({ steps }: TrainingState) =>
    steps === 18 ? fail('RNN503', { path: 'f', reason: 'full' }) : undefined
  const error = await train(model, data, { checkpoint: { every: { steps: 1 }, save } }).catch((e: unknown) => e)
  assert.ok(error instanceof TrainingFailed)
  assert.equal(error.diagnostics[0].code, 'RNN503')
  assert.ok((error.kept?.epoch ?? 0) > 0)
})

test('a damaged state is RNN502', async () => {
  const states: TrainingState[] = []
  const { model, data } = noisy('', 1)
  await train(model, data, { checkpoint: { save: async state => void states.push(copyState(state)) } })
  const { numbers, arrays } = encodeState(states[0])
  for (const name of Object.keys(numbers)) {
    for (const wrong of [undefined, 'x', [null], { sums: 1 }]) {
      const damaged = { numbers: { ...numbers, [name]: wrong ?? null }, arrays }
      assert.match((await failing('RNN502', () => decodeState(damaged, 'f'))).message, new RegExp(`the \`${name}\` of`))
    }
  }
})

describe('several batches a step', () => {
  const line = (settings: string): Case => {
    const model = compile(`model Line {
  input x: [3]
  target y: real
  p = x |> dense(4, tanh) |> dense(1)
  loss mse(p[0], y)
}
data Points for Line { t = csv("none.csv"); x = t.x; y = t.y }
train Line on Points { optimizer = Adam(0.05); epochs = 4; clip = norm(0.2); ${settings} }`)
    const x = Array.from({ length: 22 }, (_, i) => [0, 1, 2].map(k => Math.sin(i * (k + 1))))
    const { part, sizes } = fromArrays(model.signature, { x, y: x.map(([a, b]) => a * b) })
    return { model, data: { train: part, validation: part, sizes, fitted: { ports: {}, calls: {}, sizes } } }
  }

  for (const backend of [js, wasm]) {
    test(`are one larger batch, on ${backend.name}`, async () => {
      // The last step of an epoch has 4 + 4 + 2 examples.
      const options: TrainOptions = { backend, precision: 'f64' }
      const some = await observed(line('batch = 4; accumulate = 3'), options)
      const one = await observed(line('batch = 12'), options)
      assert.equal(some.result.steps, one.result.steps)
      assertClose(some.told, one.told)
      assertClose(some.result.weights, one.result.weights)
    })
  }

  test('change nothing where there is one', async () => {
    const [a, b] = await Promise.all(['', 'accumulate = 1'].map(settings => observed(noisy(settings), {})))
    assert.deepEqual(a, b)
  })

  test('end at the limit of steps', async () => {
    assert.equal((await observed(line('batch = 4; accumulate = 3; steps = 3'), {})).result.steps, 3)
  })
})

/** Numbers in the same places, equal but for rounding. */
function assertClose(found: unknown, expected: unknown): void {
  if (typeof found === 'number' && typeof expected === 'number') {
    assert.ok(Math.abs(found - expected) < 1e-9 || Number.isNaN(found), `${found}, not ${expected}`)
    return
  }
  const [a, b] = [found, expected].map(value => Object.entries(Object(value)))
  assert.deepEqual(
    a.map(([key]) => key),
    b.map(([key]) => key),
  )
  a.forEach(([, value], i) => {
    assertClose(value, b[i][1])
  })
}

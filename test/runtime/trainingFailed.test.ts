// What `train` keeps where it fails, and where it is interrupted.
import assert from 'node:assert/strict'
import { describe, test } from 'vitest'
import type { AsyncExecutable, Loader } from '../../compiler/backend/backend.ts'
import { js } from '../../compiler/backend/js.ts'
import { compile } from '../../compiler/index.ts'
import { type Code, fail } from '../../dsl/diagnostics.ts'
import { firstSnapshot, leastOf, withEpoch } from '../../runtime/best.ts'
import { fromArrays } from '../../runtime/data/arrays.ts'
import { notFinite } from '../../runtime/finite.ts'
import { initialWeights } from '../../runtime/session.ts'
import { type TrainOptions, train } from '../../runtime/train.ts'
import { TrainingFailed } from '../../runtime/trainingFailed.ts'

/** A line through 24 points, 3 batches an epoch; the step of its optimizer is what is given. */
function prepare(step: string, settings: string, validated = false) {
  const model = compile(`cell Own() {
  input g: P
  state p: P, t: int
  t' = t + 1
  p' = p - ${step}
}
model M {
  input x: real;  target y: real
  p = [x] |> dense(1)
  loss mse(p[0], y)
}
data D for M { t = csv("none.csv"); x = t.x; y = t.y }
train M on D { optimizer = Own(); batch = 8; ${settings} }`)
  const x = Array.from({ length: 24 }, (_, i) => (i % 7) / 7)
  const { part, sizes } = fromArrays(model.signature, { x, y: x.map(v => 1 + 2 * v) })
  const fitted = { ports: {}, calls: {}, sizes }
  return { model, data: { train: part, ...(validated && { validation: part }), sizes, fitted } }
}

async function failure(code: Code, ...[model, data, options]: Parameters<typeof train>): Promise<TrainingFailed> {
  try {
    await train(model, data, options)
  } catch (error) {
    assert.ok(error instanceof TrainingFailed)
    assert.deepEqual(
      error.diagnostics.map(d => d.code),
      [code],
    )
    return error
  }
  return assert.fail(`expected ${code}`)
}

/** The js backend as a device that fails at its run of that number. */
const failing = (at: number): Loader<AsyncExecutable> => {
  let runs = 0
  return {
    name: 'failing',
    refuses: () => undefined,
    load: (plan, precision) => {
      const { run, store } = js.load(plan, precision)
      return {
        backend: 'failing',
        device: 'none',
        store,
        run: async (sizes, inputs) => (runs++ === at ? fail('RNN514', { reason: 'it was lost' }) : run(sizes, inputs)),
        fetch: async () => {},
        dispose: () => {},
      }
    },
  }
}

const f64: TrainOptions = { precision: 'f64', seed: 1 }

describe('training that fails keeps the best weights', () => {
  for (const validated of [false, true]) {
    test(`of the epochs before, ${validated ? 'with' : 'without'} a validation part`, async () => {
      // Nothing is wrong through six epochs; then the 20th step, the second of the seventh, spoils all.
      const { model, data } = prepare("where(t' == 20, 1e200, 0.1) * g", 'epochs = 50', validated)
      const { kept, diagnostics } = await failure('RNN504', model, data, f64)
      assert.ok(kept)
      assert.deepEqual([kept.epoch, kept.ended, kept.history.length], [6, 'failed', 6])
      const six = prepare('0.1 * g', 'epochs = 6', validated)
      assert.deepEqual(kept.weights, (await train(six.model, six.data, f64)).weights)
      assert.match(diagnostics[0].message, /is (-?Infinity|NaN) at step 2[01]$/)
    })
  }

  test('not those that the last step of the best epoch has spoiled', async () => {
    // The losses of an epoch are those before its steps: what its last step does shows later.
    for (const settings of ['epochs = 50', 'epochs = 50; patience = 3']) {
      const { model, data } = prepare("where(t' == 18, 1e200, 0.1) * g", settings)
      const { kept } = await failure('RNN504', model, data, f64)
      assert.equal(kept?.epoch, 5)
    }
    // In f64 1e60 is a loss like another: patience ends, and must not take its weights either.
    const { model, data } = prepare("where(t' == 18, 1e30, 0.1) * g", 'epochs = 7; patience = 3')
    assert.equal((await train(model, data, f64)).epoch, 5)
  })

  test('none where no epoch was finished', async () => {
    const { model, data } = prepare('1e200 * g', 'epochs = 5')
    assert.equal((await failure('RNN504', model, data, f64)).kept, undefined)
  })

  test('also where a device fails', async () => {
    const { model, data } = prepare('0.1 * g', 'epochs = 50')
    const { kept } = await failure('RNN514', model, data, { ...f64, backend: failing(14) })
    assert.deepEqual([kept?.epoch, kept?.backend], [4, 'failing'])
    const four = prepare('0.1 * g', 'epochs = 4')
    assert.deepEqual(kept?.weights, (await train(four.model, four.data, f64)).weights)
    assert.equal((await failure('RNN514', model, data, { ...f64, backend: failing(1) })).kept, undefined)
  })

  test('and never weights, or states, that are not finite', async () => {
    for (const [step, name] of [
      ["where(t' == 6, inf, 0.1) * g", '`dense.'],
      ["where(t' == 6, 0 * inf, 0.1 * g)", '`dense.'],
    ]) {
      const { model, data } = prepare(step, 'epochs = 2')
      const { kept, diagnostics } = await failure('RNN504', model, data, f64)
      assert.ok(diagnostics[0].message.startsWith(name), diagnostics[0].message)
      assert.equal(kept?.epoch, 1)
      assert.equal(notFinite(kept?.weights ?? {}), undefined)
    }
  })
})

describe('training that is interrupted', () => {
  test('before its first step is RNN516', async () => {
    const { model, data } = prepare('0.1 * g', 'epochs = 5')
    await assert.rejects(train(model, data, { signal: AbortSignal.abort() }), /RNN516/)
  })

  test('keeps the best with patience, else the last; no validation is waited for', async () => {
    for (const [settings, epoch] of [
      ['epochs = 50', 3],
      ['epochs = 50; patience = 9', 2],
    ] as const) {
      const { model, data } = prepare('0.1 * g', settings, true)
      const controller = new AbortController()
      const onStep = ({ step }: { readonly step: number }): void => (step === 7 ? controller.abort() : undefined)
      const result = await train(model, data, { ...f64, onStep, signal: controller.signal })
      assert.deepEqual([result.ended, result.steps, result.epoch], ['aborted', 7, epoch])
      assert.deepEqual(
        result.history.map(e => e.validation !== undefined),
        [true, true, false],
      )
    }
  })
})

test('the best is kept apart from what goes on changing, in as many arrays as it needs', () => {
  const weights = { w: Float64Array.of(0) }
  let best = firstSnapshot(weights)
  const losses = [5, 7, 4, 3, Number.NaN, 6]
  const taken = losses.map((loss, i) => {
    weights.w[0] = i + 1
    const before = best
    best = withEpoch(best, { epoch: i + 1, loss, weights }, true)
    return best !== before
  })
  assert.deepEqual(taken, [true, false, true, true, false, false])
  assert.deepEqual(
    best.map(s => [s.epoch, s.loss, s.weights.w[0]]),
    [
      [4, 3, 4],
      [3, 4, 3],
    ],
  )
})

test('the least of what is measured; an interrupt ends the measuring', async () => {
  const [a, b] = [1, 2].map(epoch => ({ epoch, loss: 0, weights: { w: Float64Array.of(epoch) } }))
  const by = async (measured: readonly (number | undefined)[]) =>
    (await leastOf([a, b], async ({ w }) => measured[w[0] - 1])).epoch
  assert.deepEqual(
    [await by([1, 2]), await by([2, 1]), await by([1, 1]), await by([Number.NaN, 9]), await by([9, undefined])],
    [1, 2, 1, 2, 1],
  )
})

test('numbers that are not finite are found, wherever they are', () => {
  const at = (value: number, place: number) => {
    const data = new Float32Array(1000)
    data[place] = value
    return notFinite({ a: Float64Array.of(1e308, -1e308), b: Int32Array.of(1), c: data })
  }
  for (const place of [0, 500, 999]) {
    assert.deepEqual(at(Number.NaN, place), { name: 'c', value: Number.NaN })
    assert.deepEqual(at(Number.NEGATIVE_INFINITY, place), { name: 'c', value: Number.NEGATIVE_INFINITY })
    assert.equal(at(3e38, place), undefined)
  }
})

test('an untrained start is as good as its weights', async () => {
  const { model, data } = prepare('0 * g', 'epochs = 2; patience = 5')
  assert.deepEqual((await train(model, data, f64)).weights, initialWeights(model, data.sizes, 1, 'f64'))
})

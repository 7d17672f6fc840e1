// The training loop on a device, which begins steps before the results of earlier ones are there.
import assert from 'node:assert/strict'
import { afterAll, beforeAll, describe, it } from 'vitest'
import type { WebGpuBackend } from '../../compiler/backend/gpu/webgpu.ts'
import { js } from '../../compiler/backend/js.ts'
import { compile, load, plan } from '../../compiler/index.ts'
import { RnnError } from '../../dsl/diagnostics.ts'
import { fromArrays } from '../../runtime/data/arrays.ts'
import { evaluatePartAsync, initialWeights } from '../../runtime/session.ts'
import { type StepReport, type TrainOptions, train } from '../../runtime/train.ts'
import { build, type } from '../backend/agree.ts'
import { needs } from '../support/needs.ts'
import { openBackend, skipped } from './support.ts'

const program = (settings: string): string => `model M {
  input x: [2] over T;  target y: [1] over T
  p = x |> LSTM(4) |> dense(1)
  loss mse(p, y) }
data D for M { t = jsonl("none.jsonl"); x = t.x; y = t.y }
train M on D { ${settings} }`

/** Sequences of several lengths, and the means of the numbers of each step and the step before. */
function examples(count: number) {
  const x = Array.from({ length: count }, (_, i) =>
    Array.from({ length: 3 + (i % 4) }, (_, t) => [Math.sin(i + 2 * t), Math.cos(3 * i - t)]),
  )
  return { x, y: x.map(list => list.map(([a, b], t) => [(a + b + (list[t - 1]?.[0] ?? 0)) / 3])) }
}

function prepare(settings: string) {
  const model = compile(program(settings))
  const { part, sizes } = fromArrays(model.signature, examples(25))
  return { model, data: { train: part, validation: part, sizes, fitted: { ports: {}, calls: {}, sizes } } }
}

describe('training on a device', needs(skipped), () => {
  let backend: WebGpuBackend
  beforeAll(async () => {
    backend = await openBackend()
  })
  afterAll(() => backend.close())

  async function both(settings: string, options: TrainOptions = {}) {
    const { model, data } = prepare(settings)
    const reports: StepReport[] = []
    const found = await train(model, data, { ...options, backend, onStep: r => reports.push(r) })
    const expected: StepReport[] = []
    const right = await train(model, data, { ...options, backend: js, onStep: r => expected.push(r) })
    const numbers = (list: readonly StepReport[]) => list.map(({ step, epoch, done }) => [step, epoch, done])
    assert.deepEqual(numbers(reports), numbers(expected))
    for (const [i, { loss }] of expected.entries())
      assert.ok(Math.abs(reports[i].loss / loss - 1) < 1e-4, `step ${i + 1}`)
    assert.deepEqual([found.ended, found.steps, found.epoch], [right.ended, right.steps, right.epoch])
    found.history.forEach(({ training, validation }, i) => {
      const { training: t, validation: v } = right.history[i]
      assert.ok(Math.abs(training.loss / t.loss - 1) < 1e-4)
      assert.ok(validation && v && Math.abs(validation.loss / v.loss - 1) < 1e-4)
    })
    return found
  }

  it('reports each step in its turn, as js does', async () => {
    const { steps } = await both('optimizer = Adam(0.02); epochs = 3; batch = 4')
    assert.equal(steps, 21)
  })

  it('begins no more steps than it may', async () => {
    assert.equal((await both('optimizer = Adam(0.02); steps = 10; batch = 4')).steps, 10)
    assert.equal((await both('optimizer = Adam(0.02); steps = 2; batch = 4')).steps, 2)
  })

  it('in windows, each of which needs what the one before has left', async () => {
    assert.ok((await both('optimizer = SGD(0.1); epochs = 2; batch = 5; truncate = 2')).steps > 10)
  })

  it('ends after the steps that are under way when it is told to', async () => {
    const { model, data } = prepare('optimizer = SGD(0.1); epochs = 9; batch = 1')
    const abort = new AbortController()
    const steps: number[] = []
    const onStep = ({ step }: StepReport): void => {
      steps.push(step)
      if (step === 3) abort.abort()
    }
    const result = await train(model, data, { backend, signal: abort.signal, onStep })
    assert.equal(result.ended, 'aborted')
    assert.ok(result.steps >= 3 && result.steps < 20)
    assert.deepEqual(
      steps,
      Array.from({ length: result.steps }, (_, i) => i + 1),
    )
  })

  it('RNN504 names the first step whose loss is not finite', async () => {
    const { model, data } = prepare('optimizer = SGD(1e30); epochs = 3; batch = 4')
    const stepOf = (target: TrainOptions['backend']): Promise<string> =>
      train(model, data, { backend: target }).then(
        () => assert.fail('it learned'),
        (error: unknown) => {
          assert.ok(error instanceof RnnError)
          assert.equal(error.diagnostics[0].code, 'RNN504')
          return /step (\d+)/.exec(error.message)?.[1] ?? assert.fail(error.message)
        },
      )
    assert.equal(await stepOf(backend), await stepOf(js))
  })

  it('is over when it fails: no step is under way any more', async () => {
    const { model, data } = prepare('optimizer = SGD(0.1); epochs = 3; batch = 1')
    const { queue } = backend.device.device
    const submit = queue.submit
    let submits = 0
    queue.submit = commands => {
      submits++
      submit.call(queue, commands)
    }
    const onStep = (): void => {
      throw new RangeError('enough')
    }
    await assert.rejects(train(model, data, { backend, onStep }), RangeError)
    const then = submits
    await new Promise(resolve => setTimeout(resolve, 200))
    queue.submit = submit
    assert.equal(submits, then)
  })

  it('brings weights to the device once, however many batches are evaluated', async () => {
    const { model, data } = prepare('optimizer = SGD(0.1)')
    const weights = initialWeights(model, data.sizes, 1, 'f32')
    const { queue } = backend.device.device
    let bytes = 0
    const written = async (batch: number): Promise<number> => {
      const executable = load(model.context, model.evaluate(), backend, 'f32')
      const write = queue.writeBuffer
      bytes = 0
      queue.writeBuffer = (...args: Parameters<GPUQueue['writeBuffer']>) => {
        bytes += args[4] ?? 0
        write.apply(queue, args)
      }
      await evaluatePartAsync(model, data.train, data.sizes, executable, weights, {
        backend,
        precision: 'f32',
        batch,
        seed: 1,
      })
      queue.writeBuffer = write
      executable.dispose()
      return bytes
    }
    const own = Object.values(weights).reduce((sum, w) => sum + w.byteLength, 0)
    // Of every example, padded, both numbers of a step, its target, and the length.
    const examples = 4 * 25 * (6 * 3 + 1)
    assert.deepEqual([await written(13), await written(5)], [own + examples, own + examples])
  })
})

describe('runs that begin before others end', needs(skipped), () => {
  it('each see what the one before has left on the device', async () => {
    const backend = await openBackend()
    const { context, graph } = build([type('N'), type('N')], (b, [x, y]) => {
      const sum = b.emit('add', [x, y])
      return [sum, b.emit('mul', [sum, sum])]
    })
    const executable = backend.load(plan(context, { ...graph, outputs: ['x0', 'square'], inPlace: true }))
    const state = executable.store({ x0: Float32Array.of(0, 10) })
    const runs = [1, 2, 3, 4].map(i => executable.run({ N: 2 }, { ...state, x1: Float32Array.of(i, -i) }))
    const found = await Promise.all(runs)
    assert.deepEqual(
      found.map(({ square }) => [...square]),
      [
        [1, 81],
        [9, 49],
        [36, 16],
        [100, 0],
      ],
    )
    await executable.fetch()
    assert.deepEqual([...state.x0], [10, 0])
    // Not stored: each run brings back what the next begins with.
    const own = Float32Array.of(0, 10)
    await Promise.all([1, 2, 3, 4].map(i => executable.run({ N: 2 }, { x0: own, x1: Float32Array.of(i, -i) })))
    assert.deepEqual([...own], [10, 0])
    executable.dispose()
    await backend.close()
  })
})

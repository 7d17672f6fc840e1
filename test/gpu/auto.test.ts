// The cost model, what it is given to sum, and what `auto` makes of it.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { type DeviceTimes, fasterOf, predictedMs, timesByKind } from '../../compiler/backend/costModel.ts'
import { measureKernels } from '../../compiler/backend/gpu/measure.ts'
import type { RecordedKernel } from '../../compiler/backend/gpu/recording.ts'
import type { WebGpuBackend } from '../../compiler/backend/gpu/webgpu.ts'
import { js } from '../../compiler/backend/js.ts'
import { compile, load } from '../../compiler/index.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { chooseFastest } from '../../runtime/auto.ts'
import { fromArrays } from '../../runtime/data/arrays.ts'
import { sampleStep } from '../../runtime/sampleStep.ts'
import { isRecord, json, series, wave, workplace } from '../cli/support.ts'
import { needs } from '../support/needs.ts'
import { blockOf, driver, openBackend, skipped } from './support.ts'

const example = fileURLToPath(new URL('../../examples/sunspots/sunspots.rnn', import.meta.url))

const near = (a: number, b: number): void => assert.ok(Math.abs(a - b) <= 1e-9 * Math.abs(b), `${a} and ${b}`)

describe('the cost model', () => {
  const times: DeviceTimes = {
    overhead: 0.5,
    kernels: [
      { kind: 'map', hint: 'a', runs: 10, ms: 0.1 },
      { kind: 'product', hint: 'b', runs: 2, ms: 3 },
      { kind: 'map', hint: 'c', runs: 1, ms: 0.25 },
    ],
  }

  it('sums the kernels as often as they run, and what is around them once', () => {
    near(predictedMs(times), 0.5 + 1 + 6 + 0.25)
    assert.deepEqual(timesByKind(times), [
      { kind: 'product', kernels: 1, runs: 2, ms: 6 },
      { kind: 'map', kernels: 2, runs: 11, ms: 1.25 },
    ])
  })

  it('takes the GPU only where it is faster', () => {
    assert.deepEqual(
      [7.74, 7.75, 7.76].map(cpu => fasterOf(cpu, times)),
      ['cpu', 'cpu', 'gpu'],
    )
  })
})

describe('measuring kernels', () => {
  /** Kernels that take so long, and a device that is sometimes busy with something else. */
  function machine(costs: readonly number[], overhead: number, busyEvery: number) {
    let passes = 0
    let spent = 0
    const kernels = costs.map(
      (cost, i): RecordedKernel => ({
        kind: 'map',
        hint: `k${i}`,
        runs: i + 1,
        encode: (_, times) => {
          spent += cost * times
        },
      }),
    )
    const time = async (encode: (pass: GPUComputePassEncoder) => void): Promise<number> => {
      spent = overhead
      encode({} as unknown as GPUComputePassEncoder)
      return spent + (passes++ % busyEvery === 0 ? 50 : 0)
    }
    return { kernels, time }
  }

  it('finds what each takes below the time of a submit, whatever else the machine does', async () => {
    const costs = [0.002, 0.3, 40]
    const { kernels, time } = machine(costs, 0.4, 5)
    const found = await measureKernels(kernels, time, { budget: 10_000 })
    near(found.overhead, 0.4)
    assert.deepEqual(
      found.kernels.map(k => [k.hint, k.runs]),
      [
        ['k0', 1],
        ['k1', 2],
        ['k2', 3],
      ],
    )
    found.kernels.forEach((k, i) => {
      near(k.ms, costs[i])
    })
  })

  it('is what is around the kernels where there are none', async () => {
    assert.deepEqual(await measureKernels([], machine([], 0.4, 2).time), { overhead: 0.4, kernels: [] })
  })

  it('runs each kernel once where there is no time, and says when it is done', async () => {
    const { kernels, time } = machine([2, 3], 1, 1000)
    let passes = 0
    const done: number[] = []
    const counted: typeof time = encode => {
      passes++
      return time(encode)
    }
    await measureKernels(kernels, counted, { budget: 0, onProgress: fraction => done.push(fraction) })
    assert.equal(passes, 2 + 2 * kernels.length)
    assert.deepEqual(done, [1])
  })
})

const model = compile(`model M {
  input x: [2] over T;  target y: [2] over T
  p = x |> LSTM(5) |> dropout(0.4) |> dense(2)
  loss mse(p, y) }
data D for M { t = jsonl("none.jsonl"); x = t.x; y = t.y }
train M on D { optimizer = Adam(0.01); epochs = 1; batch = 2; truncate = 3 }`)

/** Sequences of 1, 2, … steps. */
const sequences = Array.from({ length: 12 }, (_, b) => Array.from({ length: b + 1 }, (_, t) => [b / 12, t / 12]))
const { part, sizes } = fromArrays(model.signature, { x: sequences, y: sequences })

const options = { batch: 2, precision: 'f32', seed: 1 } as const

describe('a step to measure', () => {
  it('is of a batch that is neither large nor small, and runs', () => {
    const step = sampleStep(model, 'loss', part, sizes, options)
    assert.deepEqual([step.sizes.B, step.sizes.T], [2, 8])
    const { loss } = load(step.context, step.graph, js, 'f32').run(step.sizes, { ...step.stored, ...step.inputs })
    assert.ok(Number.isFinite(loss[0]))
  })

  it('is a window of training where there are windows', () => {
    const step = sampleStep(model, 'train', part, sizes, options)
    assert.ok(step.sizes.T <= 3)
    const executable = load(step.context, step.graph, js, 'f32')
    const before = Float32Array.from(step.stored['dense.W'] ?? assert.fail())
    const { loss } = executable.run(step.sizes, { ...executable.store(step.stored), ...step.inputs })
    assert.ok(Number.isFinite(loss[0]))
    assert.notDeepEqual(step.stored['dense.W'], before)
  })
})

describe('auto without a GPU', () => {
  const { ok } = workplace({ 'wave.rnn': series(), 'wave.csv': wave() }, { apart: true })
  const before = process.env.VK_ICD_FILENAMES
  afterAll(() => {
    if (before === undefined) delete process.env.VK_ICD_FILENAMES
    else process.env.VK_ICD_FILENAMES = before
  })

  it('is the CPU, and says what was tried', async () => {
    process.env.VK_ICD_FILENAMES = '/nowhere.json'
    const trained = await ok('train', 'wave.rnn', '--json', '--target', 'auto')
    const { backend, auto } = json(trained)
    assert.ok(isRecord(auto))
    assert.match(
      String(auto.why),
      /^a run takes [\d.]+ ms on \w+ and [\d.]+ ms on \w+; no GPU found; tried WebGPU \(it gives no adapter\)$/,
    )
    assert.ok(['js', 'wasm'].includes(String(backend)))
    assert.ok(trained.stderr.includes(`auto: ${backend}, because ${auto.why}\n`), trained.stderr)
    const explained = await ok('explain', 'wave.rnn', '--target', 'auto')
    assert.match(
      explained.stdout,
      /^Wave, train: 8 examples \(from the data\)\n\n(?:CPU, (?:js|wasm): .*\n){2}\nauto: (?:js|wasm), because .*; no GPU found/,
    )
  })
})

describe('auto', needs(skipped), () => {
  const { ok, path } = workplace({ 'wave.rnn': series(), 'wave.csv': wave() }, { apart: true })
  let gpu: WebGpuBackend
  beforeAll(async () => {
    if (existsSync(driver)) process.env.VK_ICD_FILENAMES ??= driver
    gpu = await openBackend()
  })
  afterAll(() => gpu.close())

  /** The GPU with kernels that take no time, or measuring that does something else. */
  const faking = (measure: () => Promise<DeviceTimes>): WebGpuBackend => ({
    ...gpu,
    load: plan => ({ ...gpu.load(plan), measure }),
  })

  it('measures every kernel of a step', async () => {
    const step = sampleStep(model, 'train', part, sizes, options)
    const executable = load(step.context, step.graph, gpu, 'f32')
    const all = { ...step.inputs, ...executable.store(step.stored) }
    const { overhead, kernels } = await executable.measure(step.sizes, all, { budget: 100 })
    await executable.run(step.sizes, all)
    assert.equal(
      kernels.reduce((n, k) => n + k.runs, 0),
      executable.counts().dispatches,
    )
    assert.ok(overhead > 0 && kernels.every(k => k.ms >= 0))
    assert.deepEqual([...new Set(kernels.map(k => k.kind))].sort(), ['map', 'product', 'reduce'])
    executable.dispose()
  })

  it('follows the cost model', async () => {
    const step = sampleStep(model, 'predict', part, sizes, options)
    const fast = await chooseFastest(
      step,
      faking(async () => ({ overhead: 0, kernels: [] })),
    )
    assert.equal(fast.backend.name, 'gpu')
    assert.match(fast.why, /^a run takes [\d.]+ ms on \w+, [\d.]+ ms on \w+ and 0 ms on the GPU \(.+\)$/)
    const slow = await chooseFastest(
      step,
      faking(async () => ({ overhead: 1e6, kernels: [] })),
    )
    assert.deepEqual(slow.cpu.map(c => c.target).sort(), ['js', 'wasm'])
    assert.ok(slow.cpu[0].ms <= slow.cpu[1].ms)
    assert.equal(slow.backend.name, slow.cpu[0].target)
    assert.equal(slow.gpu?.times.overhead, 1e6)
  })

  it('is the CPU where the GPU refuses the plan or fails, and says why', async () => {
    const step = sampleStep(model, 'predict', part, sizes, options)
    const failing = faking(async () => fail('RNN514', { reason: 'it was lost: test' }))
    const failed = await chooseFastest(step, failing)
    assert.match(failed.why, /; the GPU could not run the network: it was lost: test$/)
    assert.equal(failed.backend.name, failed.cpu[0].target)
    const wide = await chooseFastest({ ...step, precision: 'f64' }, gpu)
    assert.match(wide.why, /; the GPU cannot run this: a GPU computes in 32 bits$/)
    assert.equal(wide.backend.name, wide.cpu[0].target)
  })

  it('explains what was measured, and says the faster one', async () => {
    const {
      backend,
      graph,
      from,
      sizes: open,
      cpu,
      gpu: found,
    } = json(await ok('explain', 'wave.rnn', '--target', 'auto', '--json'))
    assert.deepEqual([graph, from, open], ['train', 'data', { B: 8 }])
    assert.ok(Array.isArray(cpu) && isRecord(found) && Array.isArray(found.kernels))
    assert.equal(backend, Number(found.ms) < Number(cpu[0].ms) ? 'gpu' : cpu[0].target)
    near(
      Number(found.ms),
      found.kernels.reduce((sum, k) => sum + k.runs * k.ms, Number(found.overheadMs)),
    )
  })

  it('explains as spec/gpu.md shows, but for times and the name of the device', async () => {
    const lasting = (text: string): string[] =>
      text
        .replace(/[\d.]+ ms/g, 'ms')
        .replace(/^GPU, .*?:/m, 'GPU:')
        .replace(/^CPU, \w+:/gm, 'CPU:')
        .replace(/^auto: .*$/m, 'auto')
        .split('\n')
        .map(line => line.trim().replace(/ {2,}/g, ' '))
        // Kinds of kernels are in the order of their times.
        .sort()
    const { stdout } = await ok('explain', example, '--target', 'auto')
    assert.deepEqual(lasting(stdout.trim()), lasting(blockOf('', 'Sunspots, train').trim()))
    assert.match(stdout, /^(?:CPU, (?:js|wasm): .* ms, measured\n){2}\nGPU, .*: .* ms, predicted/m)
    assert.match(stdout, /^ {2}product +\d+ +\d+ +[\d.]+ ms$/m)
    assert.match(
      stdout,
      /^auto: (js|wasm|gpu), because a run takes .* ms on \w+, .* ms on \w+ and .* ms on the GPU \(.+\)$/m,
    )
  })

  it('trains, evaluates and predicts with what it chose', async () => {
    const trained = await ok('train', 'wave.rnn', '--target', 'auto', '--out', path('w.safetensors'), '--json')
    const runs = [
      trained,
      await ok('eval', path('w.safetensors'), '--target', 'auto', '--json'),
      await ok('predict', path('w.safetensors'), '--target', 'auto', '--json'),
    ]
    for (const ran of runs) {
      const { backend, auto } = json(ran)
      assert.ok(isRecord(auto))
      assert.ok(ran.stderr.includes(`auto: ${backend}, because ${auto.why}\n`), ran.stderr)
      assert.match(String(auto.why), /on \w+, .* on \w+ and .* on the GPU/)
    }
  })
})

// `--target gpu` and `--device` on the command line.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { describe, it } from 'vitest'
import { assertRefused, isRecord, json, series, wave, workplace } from '../cli/support.ts'
import { needs } from '../support/needs.ts'
import { driver, skipped } from './support.ts'

const { rnnc, ok } = workplace({ 'wave.rnn': series(), 'wave.csv': wave() }, { apart: true })

if (existsSync(driver)) process.env.VK_ICD_FILENAMES ??= driver

const lossOf = (report: unknown): number => {
  assert.ok(isRecord(report) && typeof report.loss === 'number')
  return report.loss
}

describe('--target gpu', needs(skipped), () => {
  it('trains as js does, and the weights are good for either', async () => {
    const onGpu = json(await ok('train', 'wave.rnn', '--out', 'g.safetensors', '--json', '--target', 'gpu'))
    const onCpu = json(await ok('train', 'wave.rnn', '--out', 'c.safetensors', '--json'))
    assert.deepEqual([onGpu.backend, onGpu.device], ['gpu', 'webgpu'])
    for (const part of ['training', 'validation', 'test'])
      assert.ok(Math.abs(lossOf(onGpu[part]) / lossOf(onCpu[part]) - 1) < 1e-4, part)
    const here = json(await ok('eval', 'g.safetensors', '--json', '--target', 'gpu'))
    assert.deepEqual([here.backend, here.device], ['gpu', 'webgpu'])
    const there = json(await ok('eval', 'g.safetensors', '--json'))
    assert.ok(Math.abs(lossOf(here.report) / lossOf(there.report) - 1) < 1e-5)
    const answers = json(await ok('predict', 'g.safetensors', '--json', '--target', 'gpu'))
    assert.deepEqual([answers.backend, answers.device], ['gpu', 'webgpu'])
    assert.ok(Array.isArray(answers.predictions) && answers.predictions.length > 0)
  })

  it('refuses what a GPU cannot do', async () => {
    assertRefused(await rnnc('train', 'wave.rnn', '--target', 'gpu', '--dtype', 'f64'), 'RNN505', /computes in 32 bits/)
  })
})

it('is an error that says what was tried where there is no GPU', async () => {
  const before = process.env.VK_ICD_FILENAMES
  process.env.VK_ICD_FILENAMES = '/nowhere.json'
  try {
    // Before it, Dawn says by itself that it finds no driver.
    const { code, stderr } = await rnnc('train', 'wave.rnn', '--target', 'gpu')
    assert.equal(code, 1)
    assert.match(stderr, /^error RNN513: no GPU found; tried WebGPU \(it gives no adapter\)\nhelp: /m)
  } finally {
    if (before === undefined) delete process.env.VK_ICD_FILENAMES
    else process.env.VK_ICD_FILENAMES = before
  }
})

describe('--device', () => {
  it('runs what gpu.js falls back to, and says so', async () => {
    const trained = json(
      await ok('train', 'wave.rnn', '--out', 'w.safetensors', '--json', '--target', 'gpu', '--device', 'webasm'),
    )
    assert.deepEqual([trained.backend, trained.device], ['gpu', 'webasm'])
    const onCpu = json(await ok('train', 'wave.rnn', '--out', 'c.safetensors', '--json'))
    assert.equal(onCpu.device, undefined)
    for (const part of ['training', 'validation', 'test'])
      assert.ok(Math.abs(lossOf(trained[part]) / lossOf(onCpu[part]) - 1) < 1e-4, part)
    const report = await ok('eval', 'w.safetensors', '--target', 'gpu', '--device', 'cpu')
    assert.match(report.stderr, /\(gpu by cpu, f32\)/)
    const answers = json(await ok('predict', 'w.safetensors', '--json', '--target', 'gpu', '--device', 'webasm'))
    assert.deepEqual([answers.backend, answers.device], ['gpu', 'webasm'])
  })

  it('is refused where it is not known, or the target has none', async () => {
    const train = ['train', 'wave.rnn', '--device'] as const
    assertRefused(await rnnc(...train, 'wbgpu', '--target', 'gpu'), 'RNN505', /device `wbgpu`.*did you mean `webgpu`/s)
    for (const target of ['js', 'auto'])
      assertRefused(await rnnc(...train, 'webasm', '--target', target), 'RNN509', /takes `--target gpu`, not `--target/)
    assertRefused(await rnnc(...train, 'webasm'), 'RNN509', /not `--target js`/)
  })
})

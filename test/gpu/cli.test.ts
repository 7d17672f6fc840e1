// `--target gpu` on the command line.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { describe, it } from 'node:test'
import { assertRefused, isRecord, json, series, wave, workplace } from '../cli/support.ts'
import { driver, skipped } from './support.ts'

const { rnnc, ok } = workplace({ 'wave.rnn': series(), 'wave.csv': wave() })

if (existsSync(driver)) process.env.VK_ICD_FILENAMES ??= driver

const lossOf = (report: unknown): number => {
  assert.ok(isRecord(report) && typeof report.loss === 'number')
  return report.loss
}

describe('--target gpu', { skip: skipped }, () => {
  it('trains as js does, and the weights are good for either', async () => {
    const onGpu = json(await ok('train', 'wave.rnn', '--out', 'g.safetensors', '--json', '--target', 'gpu'))
    const onCpu = json(await ok('train', 'wave.rnn', '--out', 'c.safetensors', '--json'))
    assert.equal(onGpu.backend, 'gpu')
    for (const part of ['training', 'validation', 'test'])
      assert.ok(Math.abs(lossOf(onGpu[part]) / lossOf(onCpu[part]) - 1) < 1e-4, part)
    const here = json(await ok('eval', 'g.safetensors', '--json', '--target', 'gpu'))
    assert.equal(here.backend, 'gpu')
    const there = json(await ok('eval', 'g.safetensors', '--json'))
    assert.ok(Math.abs(lossOf(here.report) / lossOf(there.report) - 1) < 1e-5)
    const answers = json(await ok('predict', 'g.safetensors', '--json', '--target', 'gpu'))
    assert.equal(answers.backend, 'gpu')
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
    assert.match(stderr, /^error RNN513: there is no GPU to run on; tried WebGPU \(it gives no adapter\)\nhelp: /m)
  } finally {
    if (before === undefined) delete process.env.VK_ICD_FILENAMES
    else process.env.VK_ICD_FILENAMES = before
  }
})

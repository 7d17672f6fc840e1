// Threads on the command line: they are named with the backend that ran, and change nothing that is learned or answered.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'vitest'
import { decodeCheckpoint } from '../../runtime/index.ts'
import { json, series, wave, workplace } from './support.ts'

const { ok, path } = workplace({ 'wave.rnn': series(), 'wave.csv': wave() })
const wasm = ['--target', 'wasm', '--threads']
const wide = ['--set', 'units=256', 'batch=32', 'epochs=2']

describe('threads', () => {
  it('train the weights of one, and are named with the backend', async () => {
    const { stderr, stdout } = await ok('train', 'wave.rnn', ...wasm, '2', '--out', 'two.safetensors', ...wide)
    assert.match(stderr, / on wasm, 2 threads: /)
    assert.match(stdout, /, wasm, 2 threads, f32, seed /)
    const one = json(await ok('train', 'wave.rnn', ...wasm, '1', '--out', 'one.safetensors', '--json', ...wide))
    assert.equal(one.backend, 'wasm')
    assert.equal(one.threads, undefined)
    const [a, b] = ['one', 'two'].map(name => decodeCheckpoint(readFileSync(path(`${name}.safetensors`)), name))
    assert.ok(a.parameters.size > 0)
    assert.deepEqual(b.parameters, a.parameters)
  })

  it('are not named where one does all, as there is too little for several', async () => {
    const { stderr, stdout } = await ok(
      'train',
      'wave.rnn',
      ...wasm,
      '2',
      '--out',
      'small.safetensors',
      '--set',
      'epochs=1',
    )
    assert.match(stderr, / on wasm, 2 threads: /)
    assert.match(stdout, /, wasm, f32, seed /)
    assert.equal(json(await ok('eval', 'small.safetensors', ...wasm, '2', '--json')).threads, undefined)
  })

  it('evaluate and predict as one does', async () => {
    for (const command of ['eval', 'predict']) {
      const [one, two] = [
        json(await ok(command, 'two.safetensors', ...wasm, '1', '--json')),
        json(await ok(command, 'two.safetensors', ...wasm, '3', '--json')),
      ]
      assert.deepEqual({ ...one, threads: 3 }, two)
      assert.match((await ok(command, 'two.safetensors', ...wasm, '3')).stderr, /\(wasm, 3 threads, f32\)/)
    }
  })
})

// Built modules of WebAssembly: as small as they promise, and right for any sizes and precisions.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, it } from 'vitest'
import { weightsFor, workplace } from './support.ts'

const tagger = `model Tagger {
  input x: real over T
  target y: class of 4 over T
  p = [x] |> LSTM(32) |> dense(4, softmax)
  loss cross_entropy(p, y)
  predict y from p
}
`

const here = workplace({ 'tagger.rnn': tagger })
const path = (target: string, dtype: string): string => here.path(`${target}.${dtype}.mjs`)

beforeAll(async () => {
  for (const dtype of ['f32', 'f64'])
    for (const target of ['js', 'wasm', 'wasm-relaxed'])
      await here.ok('build', 'tagger.rnn', '-o', path(target, dtype), '--target', target, '--dtype', dtype)
})

const created = async (target: string, dtype: string) => {
  const { create } = await import(pathToFileURL(path(target, dtype)).href)
  return create(weightsFor(readFileSync(here.path(`${target}.${dtype}.d.mts`), 'utf8'), {}))
}

const signal = (length: number): number[] => Array.from({ length }, (_, i) => Math.sin(i * i))

/** Whether numbers are as far apart as that at most, against 1 or themselves. */
function near(found: unknown, expected: ArrayLike<number>, most: number): void {
  assert.ok(found instanceof Float32Array || found instanceof Float64Array || Array.isArray(found))
  assert.equal(found.length, expected.length)
  found.forEach((value, i) => {
    const off = Math.abs(value - expected[i]) / Math.max(1, Math.abs(expected[i]))
    assert.ok(off <= most, `${value}, ${expected[i]}`)
  })
}

describe('a built module of WebAssembly', () => {
  it('takes less than 40 kB for the predictions and the stream of an LSTM', () => {
    const text = readFileSync(path('wasm', 'f32'), 'utf8')
    assert.match(text, /function stream\(/)
    assert.ok(text.length < 40_000, `${text.length} bytes`)
    assert.doesNotMatch(text, /^import|\bimport\(|\batob\(|\beval\(|new Function/m)
  })

  it.each([
    ['wasm', 'f32', 1e-5],
    ['wasm', 'f64', 1e-12],
    ['wasm-relaxed', 'f32', 1e-5],
  ])('gives what js gives on any batch and length: %s, %s', async (target, dtype, most) => {
    const [model, js] = [await created(target, dtype), await created('js', dtype)]
    assert.equal(model.backend, target)
    // Memory that grows, and sizes that shrink again.
    for (const [B, T] of [
      [2, 3],
      [9, 70],
      [2, 3],
      [1, 0],
      [0, 4],
      [33, 400],
      [1, 1],
    ]) {
      const inputs = { B, x: signal(B * T), T_lengths: Array.from({ length: B }, (_, b) => Math.max(0, T - b)) }
      const [found, expected] = [model.run(inputs).y, js.run(inputs).y]
      near(found, expected, most)
    }
  })

  it('streams while it runs batches', async () => {
    const [model, js] = [await created('wasm', 'f32'), await created('js', 'f32')]
    const [a, b, other] = [model.stream(), js.stream(), model.stream()]
    for (const x of signal(6)) {
      model.run({ B: 3, x: signal(300) })
      other.step({ x: -x })
      near(a.step({ x }).y, b.step({ x }).y, 0)
      for (const [name, values] of Object.entries(a.states)) near(values, b.states[name], 1e-5)
    }
  })
})

// Params over axes: which axis a name means, and that a unit's param follows the axis that it is applied to.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { js } from '../../compiler/backend/js.ts'
import { compile, load } from '../../compiler/index.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import { RnnError } from '../../dsl/diagnostics.ts'

/** Runs a model without free sizes on one example. */
function run(source: string, inputs: Readonly<Record<string, readonly number[]>>, sizes: Sizes = {}) {
  const { context, predict } = compile(source)
  const arrays = Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, Float64Array.from(values)]))
  const results = load(context, predict(), js, 'f64').run({ B: 1, ...sizes }, arrays)
  return Object.fromEntries(Object.entries(results).map(([name, values]) => [name, [...values]]))
}

const errorsOf = (source: string): readonly string[] => {
  try {
    compile(source)
  } catch (error) {
    if (error instanceof RnnError) return error.diagnostics.map(d => `${d.code} ${d.message}`)
    throw error
  }
  return []
}

describe('a param over an axis of an input', () => {
  const model = (input: string, param: string): string =>
    `model M(n = 3) {\n  input x: real over ${input}\n  param P: real over ${param}\n  output z = x * P, s = sum(x * P, over T)\n}`

  for (const [input, param] of [
    ['T[3]', 'T'],
    ['T[3]', 'T[3]'],
    ['T[n]', 'T[n]'],
    ['T[n]', 'T[3]'],
    ['T[size]', 'T[size]'],
  ]) {
    it(`is over the same one: ${input} and ${param}`, () => {
      const found = run(model(input, param), { x: [1, 2, 3], P: [4, 5, 6] }, { size: 3 })
      assert.deepEqual(found, { z: [4, 10, 18], s: [32] })
    })
  }

  it('has its length', () => {
    assert.deepEqual(errorsOf(model('T[3]', 'T[4]')), ['RNN204 `T` is declared as [3], but its value is [4]'])
  })

  it('gives it a length that was left out nowhere else', () => {
    assert.match(errorsOf(model('T', 'T[3]'))[0], /^RNN204 `T` is declared as \[T\], but its value is \[3\]/)
  })
})

describe("a layer's param over the axis that it is applied to", () => {
  const twice = (param: string, second: string): string => `layer Scaled {
  input x: real over S
  param P: real over ${param}
  return x * P
}
model M {
  input a: real over A[3], b: real over ${second}
  part f = Scaled
  output u = f(a), v = f(b)
}`

  for (const param of ['S', 'S[3]']) {
    it(`follows it: ${param}`, () => {
      const found = run(twice(param, 'C[3]'), { a: [1, 2, 3], b: [3, 2, 1], 'f.P': [4, 5, 6] })
      assert.deepEqual(found, { u: [4, 10, 18], v: [12, 10, 6] })
    })
  }

  it('has one length', () => {
    assert.deepEqual(errorsOf(twice('S', 'C[4]')), ['RNN204 `P` is declared as [3], but its value is [4]'])
    assert.deepEqual(errorsOf(twice('S[3]', 'C[4]')), ['RNN204 `S` is declared as [4], but its value is [3]'])
  })
})

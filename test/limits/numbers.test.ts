// A number that is no finite double, or that a double would change, is RNN122 at its place.
import assert from 'node:assert/strict'
import { test } from 'vitest'
import { check } from '../../compiler/index.ts'

const of = (e: string, more = ''): readonly [code: string, text: string][] => {
  const source = `model M(k = 2) {\n  input x: real\n${more}  output y = x * (${e}), z = k * x\n}`
  return check(source).map(d => [d.code, source.slice(d.span?.start, d.span?.end)])
}

test('numbers as they are written', () => {
  for (const e of ['1e999', '9'.repeat(400), '1e-999', '0.001e-400', '9007199254740993', '1.8e308'])
    assert.deepEqual(of(e), [['RNN122', e]], e)
  for (const e of ['1e308', '5e-324', '0e-999', '0.0', '9007199254740991', '12345678901234567890.0', 'inf'])
    assert.deepEqual(of(e), [], e)
})

test('numbers as the compiler computes them', () => {
  for (const e of ['1e300 * 1e300', '2.0 ^ 5000', '1e308 + 1e308', '9007199254740991 + k'])
    assert.deepEqual(of(e), [['RNN122', e]], e)
  for (const e of ['0 / 0', '1 / 0', '1 % 0']) assert.deepEqual(of(e), [['RNN230', '0']], e)
  assert.deepEqual(of(Array(60).fill('k').join(' * '))[0][0], 'RNN122')
  for (const e of ['-inf', 'inf * 2', 'k * k / 3', '9007199254740991 - k']) assert.deepEqual(of(e), [], e)
})

test('in dims, defaults, settings and data', () => {
  const source = `model M(k = 1e999) {
  input x: [99999999999999999999]
  target y: real
  loss mse(sum(x), y)
}
data d for M { t = csv("d.csv"); x = t.a * 1e999; y = t.b }
train M on d { optimizer = SGD(1e400); epochs = 99999999999999999999 }`
  assert.deepEqual(
    check(source).map(d => d.code),
    Array(5).fill('RNN122'),
  )
})

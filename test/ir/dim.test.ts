// Dimensions that count windows: their normal form, their text, and the code that computes them.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import {
  add,
  atomCode,
  constant,
  type Dim,
  equal,
  evaluate,
  format,
  multiply,
  parseDim,
  subtract,
  symbol,
  windowsIn,
} from '../../compiler/ir/dim.ts'

const T = symbol('T')
const cut = (dim: Dim, size: number | 'root') => windowsIn(dim, size) ?? assert.fail('cannot be cut')

describe('windows of a dimension', () => {
  it('are written as they are read', () => {
    for (const [dim, size, count] of [
      [T, 16, 'floor(T/16)'],
      [T, 'root', 'floor(T/root(T))'],
      [symbol('T', 2), 3, 'floor(T-2/3)'],
      [symbol('T', 2), 'root', 'floor(T-2/root(T-2))'],
    ] as const) {
      const windows = cut(dim, size)
      assert.equal(format(windows.count), count)
      for (const d of [windows.count, windows.size, multiply(windows.count, windows.size)]) {
        assert.ok(equal(parseDim(format(d)), d), format(d))
      }
    }
  })

  it('and the steps left are the whole', () => {
    const { count, size } = cut(T, 'root')
    const covered = multiply(count, size)
    assert.ok(equal(add(covered, subtract(T, covered)), T))
  })

  it('are as many as there are, in numbers and in code', () => {
    const property = fc.property(
      fc.nat(5000),
      fc.nat(3),
      fc.oneof(fc.integer({ min: 1, max: 70 }), fc.constant('root' as const)),
      (length, minus, size) => {
        const dim = symbol('T', minus)
        const left = Math.max(0, length - minus)
        const each = size === 'root' ? Math.max(1, Math.ceil(Math.sqrt(left))) : size
        const windows = cut(dim, size)
        const values = [windows.size, windows.count].map(d => evaluate(d, { T: length }))
        assert.deepEqual(values, [each, Math.floor(left / each)])
        const code = [windows.size, windows.count].map(d => format(d, atom => atomCode(atom, 'T')))
        assert.deepEqual(
          code.map(text => new Function('T', `return ${text}`)(length)),
          values,
        )
        const known = cut(constant(left), size)
        assert.deepEqual(
          [known.size, known.count].map(d => evaluate(d, {})),
          values,
        )
      },
    )
    fc.assert(property, { numRuns: 500 })
  })

  it('are not cut of an expression', () => {
    assert.equal(windowsIn(add(T, constant(1)), 2), undefined)
    assert.equal(windowsIn(multiply(T, symbol('B')), 2), undefined)
    assert.equal(windowsIn(cut(T, 4).count, 2), undefined)
  })

  it('refuse text that is none', () => {
    for (const text of ['floor(T)', 'floor(T/S)', 'floor(T/root(S))', 'root(4)', 'root(T', 'ceil(T/2)']) {
      assert.throws(() => parseDim(text), /not a dimension/, text)
    }
  })
})

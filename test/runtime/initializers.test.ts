import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Init } from '../../compiler/check/signature.ts'
import { parseDim } from '../../compiler/ir/dim.ts'
import { initialize } from '../../runtime/initializers.ts'
import { failing } from './support.ts'

const call = (initializer: string, ...args: number[]): Init => ({ kind: 'draw', initializer, args })

const draw = (shape: readonly (number | string)[], init: Init, name = 'W', seed = 1, sizes = {}): Float64Array =>
  initialize({ name, shape: shape.map(d => parseDim(String(d))), init }, sizes, seed)

const greatest = (values: Float64Array): number => values.reduce((m, x) => Math.max(m, Math.abs(x)), 0)
const deviation = (values: Float64Array): number => Math.sqrt(values.reduce((s, x) => s + x * x, 0) / values.length)
const near = (a: number, b: number, relative = 0.03): void =>
  assert.ok(Math.abs(a - b) < relative * b, `${a} is not near ${b}`)

test('constants, and expressions element by element', () => {
  assert.deepEqual([...draw([2], call('zeros'))], [0, 0])
  assert.deepEqual([...draw([], call('ones'))], [1])
  const half: Init = { kind: 'binary', op: '/', left: call('ones'), right: { kind: 'number', value: 2 } }
  assert.deepEqual([...draw([2], { kind: 'negate', value: half })], [-0.5, -0.5])
})

test('bounds and deviations are those of Keras', () => {
  // [out, in] = [200, 100]: limit sqrt(6 / 300).
  near(greatest(draw([200, 100], call('glorot_uniform'))), Math.sqrt(6 / 300))
  near(deviation(draw([200, 100], call('glorot_normal'))), Math.sqrt(2 / 300))
  near(greatest(draw([200, 100], call('he_uniform'))), Math.sqrt(6 / 100))
  near(deviation(draw([200, 100], call('he_normal'))), Math.sqrt(2 / 100))
  near(deviation(draw([200, 100], call('normal', 0.3))), 0.3)
  near(greatest(draw([200, 100], call('uniform', -2, 2))), 2)
  // A cut normal has nothing beyond two of its own deviations.
  assert.ok(greatest(draw([200, 100], call('he_normal'))) < (2.0001 * Math.sqrt(2 / 100)) / 0.8796)
})

test('fans can be given, and a vector has one for both', () => {
  near(greatest(draw([200, 100], call('glorot_uniform', 4, 2))), 1)
  near(greatest(draw([200, 100], call('he_uniform', 6))), 1)
  near(greatest(draw([5000], call('glorot_uniform'))), Math.sqrt(6 / 10_000))
})

test('dims before the last two are copies: their number changes no fan', () => {
  near(greatest(draw([7, 60, 60], call('glorot_uniform'))), Math.sqrt(6 / 120))
})

for (const [rows, columns] of [
  [1, 1],
  [5, 5],
  [40, 12],
  [12, 40],
  [120, 120],
]) {
  test(`orthogonal [${rows}, ${columns}] has orthonormal ${rows < columns ? 'rows' : 'columns'}`, () => {
    const w = draw([rows, columns], call('orthogonal'))
    const [count, length] = rows < columns ? [rows, columns] : [columns, rows]
    const at = (vector: number, k: number) => (rows < columns ? w[vector * columns + k] : w[k * columns + vector])
    for (let a = 0; a < count; a++) {
      for (let b = 0; b <= a; b++) {
        let product = 0
        for (let k = 0; k < length; k++) product += at(a, k) * at(b, k)
        assert.ok(Math.abs(product - (a === b ? 1 : 0)) < 1e-12)
      }
    }
  })
}

test('two draws that happen to be almost parallel become orthogonal all the same', () => {
  for (let seed = 0; seed < 3000; seed++) {
    const [a, b, c, d] = draw([2, 2], call('orthogonal'), 'U', seed)
    assert.ok(Math.abs(a * b + c * d) < 1e-14)
  }
})

test('orthogonal takes a gain, copies for an axis, and empty shapes', () => {
  const one = draw([2, 3, 3], call('orthogonal'))
  const two = draw([2, 3, 3], call('orthogonal', 2))
  assert.deepEqual(
    [...two],
    [...one].map(x => 2 * x),
  )
  assert.notDeepEqual(one.slice(0, 9), one.slice(9))
  assert.equal(draw([0, 4], call('orthogonal')).length, 0)
})

test('a draw depends on seed and name, and two in one expression are independent', () => {
  const init = call('normal', 1)
  assert.deepEqual(draw([9], init), draw([9], init))
  assert.notDeepEqual(draw([9], init), draw([9], init, 'U'))
  assert.notDeepEqual(draw([9], init), draw([9], init, 'W', 2))
  const difference: Init = { kind: 'binary', op: '-', left: init, right: init }
  assert.ok(draw([9], difference).every(x => x !== 0))
})

test('sizes come from outside; an unbound one is RNN507', async () => {
  assert.equal(draw(['4*V', 2], call('zeros'), 'E', 1, { V: 3 }).length, 24)
  const { message } = await failing('RNN507', () => draw(['V', 2], call('zeros')))
  assert.match(message, /`V`/)
})

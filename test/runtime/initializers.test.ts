import assert from 'node:assert/strict'
import { test } from 'vitest'
import type { Init } from '../../compiler/elaborate/values/signature.ts'
import { compile } from '../../compiler/index.ts'
import { parseDim } from '../../compiler/ir/dim.ts'
import { initialize } from '../../runtime/initializers.ts'
import { normal, random } from '../../runtime/random.ts'
import { initialWeights, initialWeightsAsync } from '../../runtime/session.ts'
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

/** By Householder's reflections, plainly: the Q of vectors side by side, with the signs that make R's diagonal positive. */
function householder(vectors: readonly Float64Array[]): number[][] {
  const length = vectors[0]?.length ?? 0
  const r = vectors.map(v => [...v])
  const product = (a: readonly number[], b: readonly number[], from: number): number =>
    a.reduce((sum, x, k) => (k < from ? sum : sum + x * b[k]), 0)
  const reflections = r.map((_, i) => {
    const normal = r[i].map((x, k) => (k < i ? 0 : x))
    normal[i] += (normal[i] < 0 ? -1 : 1) * Math.sqrt(product(normal, normal, i))
    const reflect = (v: number[]): void => {
      const along = (2 * product(normal, v, i)) / product(normal, normal, i)
      if (Number.isFinite(along)) for (const [k, x] of normal.entries()) v[k] -= along * x
    }
    for (const v of r.slice(i)) reflect(v)
    return reflect
  })
  return r.map((column, i) => {
    const unit = Array.from({ length }, (_, k) => (k === i ? Math.sign(column[i]) : 0))
    for (const reflect of reflections.toReversed()) reflect(unit)
    return unit
  })
}

for (const [rows, columns] of [
  [1, 1],
  [1, 7],
  [7, 1],
  [2, 2],
  [3, 5],
  [33, 31],
  [31, 67],
  [70, 70],
  [129, 33],
  [97, 101],
]) {
  test(`orthogonal [${rows}, ${columns}] is the Q of the QR of what is drawn`, () => {
    const [count, length] = rows < columns ? [rows, columns] : [columns, rows]
    const next = random(1, 'W')
    const drawn = Array.from({ length: count }, () => Float64Array.from({ length }, () => normal(next)))
    const right = householder(drawn)
    const w = draw([rows, columns], call('orthogonal'))
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const expected = rows < columns ? right[r][c] : right[c][r]
        assert.ok(Math.abs(w[r * columns + c] - expected) < 1e-10, `[${r}, ${c}]`)
      }
    }
  })
}

test('orthogonal [600, 520] is so to rounding, in many blocks', () => {
  const [rows, columns] = [600, 520]
  const w = draw([rows, columns], call('orthogonal'))
  let worst = 0
  for (let a = 0; a < columns; a++) {
    for (let b = 0; b <= a; b++) {
      let product = 0
      for (let k = 0; k < rows; k++) product += w[k * columns + a] * w[k * columns + b]
      worst = Math.max(worst, Math.abs(product - (a === b ? 1 : 0)))
    }
  }
  assert.ok(worst < 1e-12, String(worst))
})

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

const wide = compile(`model M(n = 40) {
  input x: [2] over T
  target y: real
  p = x |> GRU(n) |> last |> dense(1)
  loss mse(p[0], y)
}`)

test('drawn with rests, weights are the same to the bit, and progress goes from 0 to 1', async () => {
  const heard: number[] = []
  const options = { onProgress: (done: number) => heard.push(done) }
  assert.deepEqual(await initialWeightsAsync(wide, {}, 3, 'f32', options), initialWeights(wide, {}, 3, 'f32'))
  assert.ok(heard.every((done, i) => done > 0 && done <= 1 && done >= (heard[i - 1] ?? 0)))
  assert.ok(Math.abs((heard.at(-1) ?? 0) - 1) < 1e-9)
})

test('an end that is asked for before the first step is RNN516', async () => {
  const controller = new AbortController()
  const options = { signal: controller.signal, onProgress: () => controller.abort() }
  await failing('RNN516', () => initialWeightsAsync(wide, {}, 3, 'f32', options))
  await failing('RNN516', () => initialWeightsAsync(wide, {}, 3, 'f32', { signal: AbortSignal.abort() }))
})

// exp and tanh of the plain JavaScript backend at 32 bits, against those of Math.
import assert from 'node:assert/strict'
import { test } from 'vitest'
import { js } from '../../compiler/backend/js.ts'
import type { PlainOp } from '../../compiler/ir/ops/schemas.ts'
import { lowerGraph } from '../../compiler/plan/lowerGraph.ts'
import { build, type } from './agree.ts'

/** What a pointwise op gives for each of many floats. */
function applied(op: PlainOp, x: Float32Array, precision: 'f32' | 'f64' = 'f32') {
  const { context, graph } = build([type('N')], (b, [v]) => [b.emit(op, [v])])
  const executable = js.load(lowerGraph(context, graph), precision)
  return executable.run({ N: x.length }, { x0: precision === 'f32' ? x : Float64Array.from(x) }).y0
}

/** A hundred thousand floats of every scale from 1e-38 to `end` with both signs, and as many evenly between. */
function sweep(end: number): Float32Array {
  const count = 100_000
  const scales = Array.from({ length: count }, (_, i) => 1e-38 * (end / 1e-38) ** (i / (count - 1)))
  const even = Array.from({ length: count }, (_, i) => end * (2 * (i / count) - 1))
  return Float32Array.from([...scales, ...scales.map(x => -x), ...even])
}

/** The distance between neighbouring floats around x. */
const ulp = (x: number): number => Math.max(2 ** -149, 2 ** (Math.floor(Math.log2(Math.abs(x))) - 23))

/** The largest error in units of the last place; what overflows must do so on both sides. */
function worst(x: Float32Array, found: ArrayLike<number>, exact: (x: number) => number): number {
  return x.reduce((most, v, i) => {
    const right = exact(v)
    if (Math.fround(right) === found[i]) return most
    return Math.max(most, Math.abs(found[i] - right) / ulp(right))
  }, 0)
}

const special = Float32Array.from([
  0,
  -0,
  1e-45,
  -1e-45,
  88,
  -88,
  100,
  -100,
  745,
  -745,
  3e38,
  -3e38,
  Infinity,
  -Infinity,
])

const references: readonly (readonly [PlainOp, (x: number) => number])[] = [
  ['exp', Math.exp],
  ['tanh', Math.tanh],
  ['sigmoid', x => 1 / (1 + Math.exp(-x))],
]

for (const [op, exact] of references) {
  test(`${op} is within one unit in the last place of 32 bits`, () => {
    for (const x of [sweep(1), sweep(88.7), sweep(110)]) {
      const error = worst(x, applied(op, x), exact)
      assert.ok(error <= 1, `${error} ulp`)
    }
  })
  test(`${op} of zeros, infinities and what overflows or vanishes`, () => {
    const found = applied(op, special)
    special.forEach((x, i) => {
      assert.ok(worst(special.slice(i, i + 1), [found[i]], exact) <= 1, `${op}(${x}) is ${found[i]}, not ${exact(x)}`)
    })
    assert.ok(Number.isNaN(applied(op, Float32Array.from([NaN]))[0]))
  })
  test(`${op} at 64 bits is that of Math`, () => {
    const x = sweep(20)
    assert.deepEqual(Array.from(applied(op, x, 'f64')), Array.from(x, exact))
  })
}

// A state over an axis that leaves each step turned round: the `reverse` is carried out before it is carried on.
import assert from 'node:assert/strict'
import { it } from 'vitest'
import { js } from '../../compiler/backend/js.ts'
import { compile, load } from '../../compiler/index.ts'

const source = `
cell Turn {
  input x: real, m: real over S
  state a: real over S
  a' = reverse(a + m)
  return sum(a' * m, over S)
}
model Turning {
  input x: real over T, m: real over S
  part turn = Turn
  output z = turn(x, m)
}`

it('a reversed value becomes the next state in its own order', () => {
  const model = compile(source)
  const executable = load(model.context, model.predict(), js, 'f64')
  const inputs = {
    x: new Float64Array(3),
    m: Float64Array.of(1, 2, 3),
    'T.lengths': Int32Array.of(3),
    'S.lengths': Int32Array.of(2),
  }
  const { z } = executable.run({ B: 1, T: 3, S: 3 }, inputs)
  let a = [0, 0]
  const expected = [0, 1, 2].map(() => {
    a = a.map((v, i) => v + inputs.m[i]).reverse()
    return a.reduce((sum, v, i) => sum + v * inputs.m[i], 0)
  })
  assert.deepEqual([...z], expected)
})

it('a sequence that depends on weights alone is turned round by the lengths of each example', () => {
  const model = compile(`
cell Constant {
  input x: real
  param b: [2] = ones
  state t: int
  t' = t + 1
  return b
}
model M {
  input x: real over T
  part c = Constant
  output z = reverse(c(x))
}`)
  const executable = load(model.context, model.predict(), js, 'f64')
  const inputs = { x: new Float64Array(6), 'T.lengths': Int32Array.of(3, 2), 'c.b': Float64Array.of(1, 10) }
  const { z } = executable.run({ B: 2, T: 3 }, inputs)
  assert.deepEqual([...z], [1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 0, 0])
})

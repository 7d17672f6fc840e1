// Losses of probabilities inside a cell: the softmax or the sigmoid stands outside, and the logarithm is stable all the same.
import assert from 'node:assert/strict'
import { it } from 'vitest'
import { js } from '../../compiler/backend/js.ts'
import { compile, load } from '../../compiler/index.ts'

const total = (loss: string, item: string): string => `
cell Total {
  input p: ${item}, y: class of K
  state s: real
  s' = s + ${loss}(p, y)
  return s'
}`

function gradientOf(source: string): { loss: number; w: number[] } {
  const model = compile(source)
  const inputs = {
    x: Float64Array.of(1, -2, 3),
    y: Int32Array.of(0, 1, 0),
    'T.lengths': Int32Array.of(3),
    w: Float64Array.of(500, -500),
  }
  const results = load(model.context, model.gradient(), js, 'f64').run({ B: 1, T: 3 }, inputs)
  return { loss: results.loss[0], w: [...results['d:w']] }
}

it('cross-entropy of logits in the hundreds', () => {
  const { loss, w } = gradientOf(`${total('cross_entropy', '[K]')}
model M {
  input x: real over T
  target y: class of 2 over T
  param w: [2]
  part sum = Total
  loss last(sum(softmax(w * -x), y))
}`)
  // By hand: the logits of step t are (-500 x, 500 x), so that a wrong answer costs 1000 |x|.
  assert.equal(loss, 1000 + 2000 + 3000)
  assert.deepEqual(w, [1 + 2 + 3, -1 - 2 - 3])
})

it('binary cross-entropy of logits in the hundreds', () => {
  const { loss, w } = gradientOf(`${total('binary_cross_entropy', 'real')}
model M {
  input x: real over T
  target y: class of 2 over T
  param w: [2]
  part sum = Total
  loss last(sum(sigmoid(w[0] * x), y))
}`)
  // By hand: the logits are 500, -1000 and 1500, and the answer to each is wrong.
  assert.equal(loss, 500 + 1000 + 1500)
  assert.deepEqual(w, [1 + 2 + 3, 0])
})

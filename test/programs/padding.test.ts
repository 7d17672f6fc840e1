// What the loader puts into padding never makes a gradient NaN: log and division see values that the data holds.
import assert from 'node:assert/strict'
import { it } from 'vitest'
import { js } from '../../compiler/backend/js.ts'
import { compile, load } from '../../compiler/index.ts'
import { fromArrays } from '../../runtime/data/arrays.ts'
import { pack } from '../../runtime/packBatch.ts'
import { initialWeights } from '../../runtime/session.ts'

it('gradients of logarithms and quotients stay finite beside short and empty sequences', () => {
  const model = compile(`
model Logs {
  input x: [2] over T
  param W: [3, 2], v: [3] = ones
  p = log((W @ x) * (W @ x)) + 1 / (W @ x)
  loss v @ p
}`)
  const x = [
    [
      [1, 2],
      [3, 1],
      [0.5, 4],
    ],
    [[2, 2]],
    [],
  ]
  const { part, sizes } = fromArrays(model.signature, { x })
  const batch = pack(model.signature.inputs, part, [0, 1, 2], sizes, 'f64')
  const weights = initialWeights(model, sizes, 1, 'f64')
  const results = load(model.context, model.gradient(), js, 'f64').run(batch.sizes, { ...batch.inputs, ...weights })
  for (const [name, values] of Object.entries(results))
    assert.ok([...values].every(Number.isFinite), `${name}: ${values}`)
})

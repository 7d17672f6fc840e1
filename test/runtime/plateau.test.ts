// The rate on a plateau: when it falls, and that training steps with it.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { wasm } from '../../compiler/backend/wasm.ts'
import { fromArrays } from '../../runtime/data/arrays.ts'
import { compile, js } from '../../runtime/index.ts'
import { plateauFactor } from '../../runtime/plateau.ts'
import { train } from '../../runtime/train.ts'

const factors = (losses: readonly number[], factor: number, epochs: number): number[] => {
  const history = losses.map((loss, i) => ({ epoch: i + 1, training: { loss: 0 }, validation: { loss } }))
  return [...history.keys(), history.length].map(n => plateauFactor({ factor, epochs }, history.slice(0, n)))
}

describe('the factor of the rate', () => {
  it('falls after so many epochs without a smaller loss, and then counts anew', () => {
    assert.deepEqual(factors([3, 2, 2, 2, 2, 1, 4, 1, 0], 0.5, 2), [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25])
    assert.deepEqual(factors([1, 1, 1, 1], 0.1, 1), [1, 1, 0.1, 0.1 * 0.1, 0.1 * 0.1 * 0.1])
    assert.deepEqual(factors([5, 4, 3, 2], 0.5, 1), [1, 1, 1, 1, 1])
  })

  it('is by the training loss if there is no validation part', () => {
    const history = [1, 2, 3].map((loss, i) => ({ epoch: i + 1, training: { loss } }))
    assert.equal(plateauFactor({ factor: 0.5, epochs: 2 }, history), 0.5)
  })
})

describe('training on a plateau', () => {
  /** The loss `w` falls by the rate in each step, that of the validation part rises by as much. */
  const model = (optimizer: string, settings = ''): string => `model M {
    input x: real
    param w: real
    loss w * x }
  data D for M { t = csv("none.csv"); x = t.x }
  train M on D { optimizer = ${optimizer}; epochs = 6; batch = 1; plateau = reduce(0.5, 2); ${settings} }`

  for (const backend of [js, wasm]) {
    for (const settings of ['', 'accumulate = 1', 'clip = norm(10)']) {
      it(`steps with the rate that it reports, on ${backend.name} ${settings}`, async () => {
        const compiled = compile(model('SGD(rate = 1, schedule = linear_decay(12))', settings))
        const part = (x: number) => fromArrays(compiled.signature, { x: [x, x] }).part
        const data = { train: part(1), validation: part(-1), sizes: {}, fitted: { ports: {}, calls: {}, sizes: {} } }
        const { history, weights } = await train(compiled, data, { backend, precision: 'f64', watched: true })
        // The validation loss never falls: the rate halves after epochs 3 and 5, the first of which begins with the least loss.
        const plateau = [1, 1, 1, 0.5, 0.5, 0.25]
        const rates = plateau.map((by, i) => [2 * i, 2 * i + 1].map(t => by * (1 - t / 12)))
        assert.deepEqual(
          history.map(h => h.rate),
          rates.map(([, last]) => last),
        )
        const fallen = rates.flat().reduce((sum, rate) => sum + rate, 0)
        assert.ok(Math.abs(weights.w[0] + fallen) < 1e-12, `${weights.w[0]} should be ${-fallen}`)
      })
    }
  }

  it('reports the rate of an optimizer that returns nothing too', async () => {
    const cell = "cell Plain(rate) {\n input g: P\n state p: P\n p' = p - rate * g\n}\n"
    const compiled = compile(cell + model('Plain(rate = 1)'))
    const part = (x: number) => fromArrays(compiled.signature, { x: [x, x] }).part
    const data = { train: part(1), validation: part(-1), sizes: {}, fitted: { ports: {}, calls: {}, sizes: {} } }
    const { history } = await train(compiled, data, { backend: js, precision: 'f64', watched: true })
    assert.deepEqual(
      history.map(h => h.rate),
      [1, 1, 1, 0.5, 0.5, 0.25],
    )
  })
})

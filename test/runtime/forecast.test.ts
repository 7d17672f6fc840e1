// Forecasts by the library: each answer becomes the newest element of the past.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { compile, type Fit, fit, forecast, load, predict, RnnError, save } from '../../runtime/index.ts'

const series = Array.from({ length: 60 }, (_, i) => 50 + 10 * Math.sin(i / 3))
const rows = Array.from({ length: 50 }, (_, i) => ({ past: series.slice(i, i + 10), next: series[i + 10] }))

/** Predicts the next number; `more` are statements after it. */
const modelWith = (more: string) =>
  compile(`model M {
  input past: real over T
  target next: real
  y = [past] |> GRU(4) |> last |> dense(1)
  loss mse(y, next)
  predict next from y
  ${more}
}`)
const model = modelWith('')

const train = (encode: Readonly<Record<string, string>>): Promise<Fit> =>
  fit(model, rows, { encode, optimizer: 'Adam(0.02)', epochs: 5, batch: 8, seed: 1 })

/** The same by hand: predicts, and goes on with the answer. */
function byHand(trained: Fit, past: readonly number[], steps: number): number[] {
  const answers: number[] = []
  let window = [...past]
  for (let i = 0; i < steps; i++) {
    const answer = Number(predict(trained, { past: [window] }).next[0])
    answers.push(answer)
    window = [...window.slice(1), answer]
  }
  return answers
}

const codesOf = async (run: Promise<unknown>): Promise<readonly string[]> => {
  const error = await run.then(
    () => assert.fail('it is not refused'),
    error => error,
  )
  if (!(error instanceof RnnError)) throw error
  return error.diagnostics.map(d => `${d.code} ${d.message}`)
}

describe('a forecast', () => {
  // Both are fitted to values of their own, so that the same number has two scales.
  const encodings: readonly Readonly<Record<string, string>>[] = [
    { past: 'standardize', next: 'standardize' },
    { past: 'log |> minmax' },
    {},
  ]
  for (const encode of encodings) {
    it(`is what feeding back by hand gives, encoded by ${JSON.stringify(encode)}`, async () => {
      const trained = await train(encode)
      const pasts = [series.slice(0, 10), series.slice(20, 30)]
      const { next = [] } = await forecast(trained, { past: pasts }, 4)
      assert.equal(next.length, 2)
      for (const [i, found] of next.entries()) {
        const expected = byHand(trained, pasts[i], 4)
        assert.equal(found.length, 4)
        for (const [t, value] of found.entries()) assert.ok(Math.abs(Number(value) - expected[t]) < 1e-4 * expected[t])
      }
    })
  }

  it('takes rows, a target, and a model from its file', async () => {
    const trained = await load(await save(await train({})))
    const ran: string[] = []
    const past = series.slice(5, 15)
    const { next } = await forecast(trained, [{ past }], 2, { target: 'wasm', onRan: r => ran.push(r.backend) })
    assert.deepEqual(ran, ['wasm'])
    assert.equal(next?.[0].length, 2)
  })

  it('gives no other outputs, and nothing to a past of no elements', async () => {
    const two = modelWith('output more = y')
    const trained = await fit(two, rows, { epochs: 1, seed: 1 })
    assert.deepEqual(Object.keys(await forecast(trained, { past: [[1, 2, 3]] }, 2)), ['next'])
    const { next } = await forecast(trained, { past: [[]] }, 3)
    assert.equal(new Set(next?.[0]).size, 1)
  })

  it('is refused for a sequence of answers, which is no continuation', async () => {
    const tagger = compile(`model Tagger {
  input past: real over T
  target next: real over T
  y = [past] |> GRU(3) |> dense(1)
  loss mse(y[0], next)
  predict next from y
}`)
    const trained = await fit(tagger, { past: [[1, 2, 3]], next: [[2, 3, 4]] }, { epochs: 1, seed: 1 })
    assert.match((await codesOf(forecast(trained, { past: [[1, 2, 3]] }, 2)))[0], /RNN523/)
  })

  it('is refused without steps, and for a model that reads anything else', async () => {
    const trained = await train({})
    const past = [series.slice(0, 10)]
    assert.match((await codesOf(forecast(trained, { past }, 0)))[0], /RNN509 `steps`/)
    const other = compile(`model Other {
  input x: [2] over T
  target next: real
  y = x |> GRU(2) |> last |> dense(1)
  loss mse(y, next)
  predict next from y
}`)
    const wide = await fit(other, { x: [[[1, 2]], [[2, 3]]], next: [1, 2] }, { epochs: 1 })
    assert.match((await codesOf(forecast(wide, { x: [[[1, 2]]] }, 2)))[0], /RNN523 .*`x` is not the past of the series/)
  })
})

// A network that is made ready once answers as `predict` does, call after call.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { compile, fit, predict, predictor, RnnError, wasm } from '../../runtime/index.ts'

const model = compile(`model M {
  input x: [2] over T
  target kind: class of K
  p = x |> GRU(4) |> last |> dense(K, softmax)
  loss cross_entropy(p, kind)
  predict kind from p
  output q = p
}`)
const x = [
  [[1, 2]],
  [
    [3, 4],
    [1, 1],
  ],
  [
    [0, 1],
    [1, 0],
    [2, 2],
  ],
]
const trained = await fit(model, { x, kind: ['a', 'b', 'a'] }, { epochs: 2, seed: 1, precision: 'f64' })

const refused = (run: () => unknown, text: RegExp): void => {
  assert.throws(run, error => error instanceof RnnError && text.test(`${error.diagnostics[0].code} ${error.message}`))
}

describe('a predictor', () => {
  for (const target of ['js', 'wasm', wasm] as const) {
    it(`answers as predict does, on ${typeof target === 'string' ? target : 'a backend'}`, () => {
      const ran: string[] = []
      const ready = predictor(trained, { target, probabilities: true, onRan: r => ran.push(r.backend) })
      // Longer and more, so that its memory grows, and shorter again.
      for (const given of [x.slice(0, 1), x, Array.from({ length: 300 }, (_, i) => x[i % 3]), x.slice(1, 2)])
        assert.deepEqual(ready.predict({ x: given }), predict(trained, { x: given }, { target, probabilities: true }))
      assert.equal(ran.length, 4)
      ready.dispose()
    })
  }

  it('gives flat arrays, takes rows, and another precision', () => {
    const ready = predictor(trained, { typed: false, precision: 'f32' })
    assert.deepEqual(ready.predict([{ x: x[1] }]), predict(trained, { x: [x[1]] }, { precision: 'f32' }))
    // A label is no number.
    refused(() => predictor(trained, { typed: true }).predict({ x }), /RNN509.*`kind`, which is a text/)
  })

  it('refuses what predict refuses, and goes on', () => {
    const ready = predictor(trained, { target: 'wasm' })
    refused(() => ready.predict({ x: [[[1, Number.NaN]]] }), /RNN411/)
    assert.deepEqual(ready.predict({ x }).kind.length, 3)
    ready.dispose()
    refused(() => ready.predict({ x }), /RNN509.*disposed/)
  })

  it('is not made of a model that reads its own answers, nor with unknown options', async () => {
    const text = compile(`model T {
  input start: real
  target name: token of V over T
  p = delay(name) |> embedding(2) |> GRU(3) |> dense(V, softmax)
  loss cross_entropy(p, name) + 0 * start
  predict name from p
}`)
    const given = { start: [1], name: ['ab'] }
    const own = await fit(text, given, { epochs: 1, encode: { name: 'chars(start = true, end = true)' } })
    refused(() => predictor(own), /RNN509.*reads its own answers/)
    refused(() => predictor(trained, Object({ tarket: 'js' })), /RNN105/)
  })
})

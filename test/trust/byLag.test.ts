// The gradient by lag: of linear recurrences, where it is known by hand, over steps that are valid.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { compile } from '../../compiler/index.ts'
import { randomBatch, randomSizes } from '../../runtime/randomBatch.ts'
import { initialWeights } from '../../runtime/session.ts'
import { byLag } from '../../trust/gradients/byLag.ts'

const cell = `
cell Leak(a) {
  input x: real
  state h: real
  param w: real = 1
  h' = a * h + w * x
  return h'
}`
const model = (body: string, axis = 'T'): string => `${cell}
model M(a = 0.5) {
  input x: real over ${axis}
  ${body}
}`
const atEnd = model('target y: real\n  part rnn = Leak(a)\n  loss mse(x |> rnn |> last, y)')
const everyStep = model('target y: real over T\n  part rnn = Leak(a)\n  loss mse(x |> rnn, y)')
const backward = model('target y: real\n  part rnn = Leak(a)\n  loss mse(first(reverse(rnn(reverse(x)))), y)')

const lengths = [6, 2, 4]
const sizes = { B: 3, T: 6 }
const batch = {
  x: Float64Array.from({ length: 18 }, (_, i) => (i % 6 < lengths[Math.floor(i / 6)] ? Math.sin(i) : 1e6)),
  y: Float64Array.of(0.3, -0.4, 0.9),
  'T.lengths': Int32Array.from(lengths),
}

function diagnose(source: string, sets: Record<string, number> = {}, data: typeof batch = batch) {
  const compiled = compile(source, { sets })
  return byLag(compiled, initialWeights(compiled, sizes, 1, 'f64'), data, sizes)
}

/** The outputs of the cell at the last valid step of each example. */
const ends = (a: number): number[] =>
  lengths.map((length, b) => batch.x.subarray(6 * b, 6 * b + length).reduce((h, x) => a * h + x, 0))

const close = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) <= 1e-12 * Math.abs(expected), `${actual} is not ${expected}`)

describe('byLag', () => {
  for (const [a, verdict] of [
    [0.5, 'vanishing'],
    [1, 'steady'],
    [1.5, 'exploding'],
  ] as const) {
    it(`of h' = ${a} h + x goes by ${a} a step`, () => {
      const { of, states } = diagnose(atEnd, { a })
      const [state] = states
      assert.equal(of, 'whole')
      assert.deepEqual(
        [states.length, state.name, state.verdict, state.counts],
        [1, 'rnn.h', verdict, [3, 3, 2, 2, 1, 1]],
      )
      close(state.factor ?? Number.NaN, a)
      // d loss / d h is 2/3 (h - y) at the end, and a times that for each step that lies between.
      const seeds = ends(a).map((h, b) => (2 / 3) * (h - batch.y[b]))
      state.norms.forEach((norm, lag) => {
        const long = seeds.filter((_, b) => lengths[b] > lag).map(d => d * a ** (lag + 1))
        close(norm, Math.sqrt(long.reduce((sum, d) => sum + d * d, 0) / long.length))
      })
    })
  }

  it('of a loss over the steps is that of the last one', () => {
    const data = {
      ...batch,
      y: Float64Array.from({ length: 18 }, (_, i) => (i % 6 < lengths[Math.floor(i / 6)] ? Math.cos(i) : 1e6)),
    }
    const { of, states } = diagnose(everyStep, {}, data)
    assert.equal(of, 'last step')
    assert.equal(states[0].readBefore, false)
    assert.equal(states[0].verdict, 'vanishing')
    close(states[0].factor ?? Number.NaN, 0.5)
    const seeds = ends(0.5).map((h, b) => (2 / 12) * (h - data.y[6 * b + lengths[b] - 1]))
    close(states[0].norms[5], Math.abs(seeds[0] * 0.5 ** 6))
  })

  it('says where earlier outputs are read all the same', () => {
    const { of, states } = diagnose(model('target y: real\n  part rnn = Leak(a)\n  loss mse(sum(x |> rnn, over T), y)'))
    assert.deepEqual([of, states[0].readBefore], ['whole', true])
    // d h at lag k is a (1 + a + … + a^k) times what the sum gets: it grows to a / (1 - a).
    close(states[0].norms[5] / states[0].norms[4], (1 - 0.5 ** 6) / (1 - 0.5 ** 5))
  })

  it('counts from the first step in a loop that runs backward', () => {
    const { states } = diagnose(backward)
    assert.deepEqual([states[0].backward, states[0].counts], [true, [3, 3, 2, 2, 1, 1]])
    close(states[0].factor ?? Number.NaN, 0.5)
  })

  it('is not changed by padding', () => {
    const other = { ...batch, x: batch.x.map(x => (x === 1e6 ? Number.NaN : x)) }
    assert.deepEqual(diagnose(atEnd, {}, other), diagnose(atEnd))
  })

  it('goes on where a square would be zero', () => {
    const { states } = diagnose(atEnd, { a: 1e-50 })
    close(states[0].factor ?? Number.NaN, 1e-50)
  })

  it('tells states, layers and directions apart', () => {
    const source = `
model Deep {
  input x: [2] over T
  target y: [1] over T
  part low = LSTM(3), both = bidirectional(SimpleRNN(3))
  loss mse(x |> low |> GRU(3) |> both |> dense(1), y)
}`
    const deep = compile(source)
    const known = randomSizes(deep.signature, { T: 7 })
    const drawn = randomBatch(deep.signature, known, 1)
    const { states, of } = byLag(deep, initialWeights(deep, known, 1, 'f64'), drawn.inputs, {
      ...known,
      ...drawn.sizes,
    })
    const names = states.map(s => [s.name, s.backward, s.readBefore] as const)
    assert.deepEqual(names, [
      ['low.h', false, true],
      ['low.c', false, true],
      ['GRU.h', false, true],
      ['both.f.h', false, false],
      ['both.b.h', true, false],
    ])
    assert.equal(of, 'last step')
    for (const s of states) assert.ok(s.norms.length === 7 && s.norms.every(n => n >= 0), s.name)
  })

  it('says where nothing depends on a state, or too little', () => {
    assert.equal(diagnose(atEnd, { a: 0 }).states[0].verdict, 'none')
    assert.equal(
      diagnose(model('target y: real\n  part rnn = Leak(a)\n  loss mse(x |> rnn |> first, y)')).states[0].verdict,
      'too short',
    )
  })
})

// rnnc diagnose.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, it } from 'vitest'
import { assertRefused, isRecord, json, series, wave, workplace } from './support.ts'

const leak = `cell Leak(a) {
  input x: real
  state h: real
  param w: real = 1
  h' = a * h + w * x
  return h'
}
model M(a = 0.5) {
  input x: real over T
  target y: real
  part rnn = Leak(a)
  loss mse(x |> rnn |> last, y)
}
`
const sequences = (rows: readonly (readonly number[])[]): string =>
  rows.map(x => `${JSON.stringify({ x, y: 1 })}\n`).join('')
const logs = `cell Logs {
  input x: real
  state h: real
  param w: real = 1
  h' = h +
    log(w * x)
  return h'
}
model M {
  input x: real over T
  target y: real
  loss mse(x |> Logs |> last, y)
}
data D for M {
  t = jsonl("rows.jsonl")
  x = t.x
  y = t.y
}
`

const { ok, rnnc, path } = workplace({
  'leak.rnn': leak,
  'logs.rnn': logs,
  'rows.jsonl': sequences([[1, 2], [3, 4, 5], [6], [1, 2, 3]]),
  'bad.jsonl': sequences([[1, 2], [3, 4, 5], [6], [1, 2, 3, -4, 5], [-1]]),
  'wave.rnn': series(),
  'wave.csv': wave(),
  'flat.rnn': 'model Flat {\n  input x: [2]\n  target y: [1]\n  loss mse(x |> dense(1), y)\n}\n',
})

const first = (list: unknown): Record<string, unknown> => {
  assert.ok(Array.isArray(list) && isRecord(list[0]))
  return list[0]
}

describe('rnnc diagnose', () => {
  it('says how the gradient goes by lag, as a table with bars', async () => {
    const { stdout, stderr } = await ok('diagnose', 'leak.rnn', '--set', 'T=40')
    assert.match(stdout, /^M: norm of the gradient of the loss at each state, by steps back; bars from 1e-\d+ to 1e/)
    assert.match(
      stdout,
      /^rnn\.h \(line 12\): factor 0\.5 per step: vanishing, below 0\.95 \(.* at lag 0, .* at lag 39\)$/m,
    )
    assert.match(stdout, /^ {4}0 +\d\.\d\de[+-]\d +3 {2}\u2588+$/m)
    assert.match(stdout, /^ {3}39 +\d\.\d\de-\d+ +1 {2}\u2588+$/m)
    assert.equal(stdout.match(/\u2588+$/gm)?.length, 16)
    assert.match(stdout, /\nthe loss and its gradient are finite, in 1 batch \(f32\)\n$/)
    assert.equal(stderr, '')
    const grown = await ok('diagnose', 'leak.rnn', '--set', 'T=40', 'a=1.5')
    assert.match(grown.stdout, /: factor 1\.5 per step: exploding, above 1\.05 /)
  })

  it('gives one object with --json', async () => {
    const result = json(await ok('diagnose', 'leak.rnn', '--set', 'T=8', 'B=2', '--json', '--seed', '3'))
    const { states, ...rest } = result
    const thresholds = { from: 0.95, to: 1.05 }
    assert.deepEqual(rest, {
      ok: true,
      model: 'M',
      seed: 3,
      dtype: 'f32',
      batches: 1,
      of: 'whole',
      thresholds,
      inner: [],
    })
    const { name, verdict, factor, norms, counts, backward, readBefore, file, line, column } = first(states)
    assert.deepEqual([name, verdict, backward, readBefore], ['rnn.h', 'vanishing', false, false])
    assert.deepEqual([file, line, column], ['leak.rnn', 12, 12])
    assert.ok(typeof factor === 'number' && Math.abs(factor - 0.5) < 1e-12)
    assert.ok(Array.isArray(norms) && norms.length === 8)
    assert.deepEqual(counts, [2, 1, 1, 1, 1, 1, 1, 1])
  })

  it('reads the data block, or another file', async () => {
    const { stdout } = await ok('diagnose', 'logs.rnn', '--data', '--set', 'B=2')
    assert.match(stdout, /^Logs\.h \(line 12\): factor 1 per step: steady /m)
    assert.match(stdout, /finite, in 2 batches \(f32\)\n$/)
  })

  it('locates the first number that is not finite', async () => {
    const ran = await rnnc('diagnose', 'logs.rnn', '--data', 'bad.jsonl', '--set', 'B=2')
    assertRefused(ran, 'RNN512', /the loss in batch 1 is NaN\n -+> logs\.rnn:6:5\n/)
    assert.match(
      ran.stderr,
      /^6 \| {5}log\(w \* x\)\n {2}\| {5}\^{10} first NaN in `log` at step 3 of T of example 3$/m,
    )
    assert.match(ran.stderr, /^help: .* it reads -4$/m)
  })

  it('also as one object', async () => {
    const ran = await rnnc('diagnose', 'logs.rnn', '--data', 'bad.jsonl', '--json', '--set', 'B=4')
    assert.equal(ran.code, 1)
    const { ok: fine, notFinite } = json(ran)
    assert.ok(isRecord(notFinite) && isRecord(notFinite.origin))
    assert.deepEqual([fine, notFinite.batch, notFinite.loss, notFinite.gradients], [false, 0, 'NaN', ['Logs.w']])
    assert.deepEqual(notFinite.origin, {
      op: 'log',
      name: '',
      value: 'NaN',
      file: 'logs.rnn',
      line: 6,
      column: 5,
      backward: false,
      steps: [{ axis: 'T', place: 3 }],
      example: 3,
      operands: [{ name: '', from: '-4', to: '-4' }],
    })
  })

  it('takes weights, and what they were trained on', async () => {
    await ok('train', 'wave.rnn', '--set', 'units=3')
    const { stdout } = await ok('diagnose', 'wave.safetensors', '--data')
    assert.match(stdout, /^SimpleRNN\.h \(line 4\): factor /m)
    assert.match(stdout, /finite, in 6 batches \(f32\)\n$/)
    const same = await ok('diagnose', 'wave.rnn', '--weights', 'wave.safetensors', '--data')
    assert.equal(same.stdout, stdout)
    await ok('diagnose', 'wave.safetensors', '--set', 'B=2')
  })

  it('draws an SVG file', async () => {
    await ok('diagnose', 'wave.rnn', '--plot', 'lags.svg')
    const svg = readFileSync(path('lags.svg'), 'utf8')
    assert.match(svg, /^<svg .*<polyline points="[\d., ]+".*SimpleRNN\.h<\/text>.*<\/svg>\n$/s)
    assertRefused(await rnnc('diagnose', 'wave.rnn', '--plot', 'lags.png'), 'RNN509', /a path that ends in \.svg/)
    assert.equal(existsSync(path('lags.png')), false)
  })

  it('says that there are no states', async () => {
    const { stdout } = await ok('diagnose', 'flat.rnn')
    assert.match(stdout, /^the loss of Flat depends on no state\n/)
  })
})

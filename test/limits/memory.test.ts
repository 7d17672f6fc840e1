// What a run takes is known before anything is drawn: RNN519, with the numbers, where it is more than there is.
import assert from 'node:assert/strict'
import { test } from 'vitest'
import type { Executable, Loader } from '../../compiler/backend/backend.ts'
import { js } from '../../compiler/backend/js.ts'
import { greatest } from '../../dsl/greatest.ts'
import { fromArrays } from '../../runtime/data/arrays.ts'
import { Examples } from '../../runtime/data/example.ts'
import { compile, type LoadedData } from '../../runtime/index.ts'
import { inBytes } from '../../runtime/memoryBudget.ts'
import { predict } from '../../runtime/predict.ts'
import { initialWeights } from '../../runtime/session.ts'
import { train } from '../../runtime/train.ts'
import { workplace } from '../cli/support.ts'
import { failing } from '../runtime/support.ts'

const source = (settings = ''): string => `model M(units = 4) {
  input x: real over T
  target y: [1]
  p = [x] |> LSTM(units) |> last |> dense(1)
  loss mse(p, y)
  predict y from p
}
data d for M { t = jsonl("d.jsonl"); x = t.x; y = [t.y] }
train M on d { optimizer = Adam; epochs = 1; batch = 2${settings} }
`

/** Two examples, as long as that. */
function dataOf(length: number): LoadedData {
  const lengths = [Int32Array.of(length)]
  const example = { values: new Float64Array(length), lengths }
  const target = { values: Float64Array.of(1), lengths: [] }
  const part = { count: 2, ports: { x: Examples.of([example, example]), y: Examples.of([target, target]) } }
  return { train: part, sizes: {}, fitted: { calls: {}, ports: {}, sizes: {} } }
}

test('a model too large is refused with its parameters and what to lower', async () => {
  const model = compile(source(), { sets: { units: 50_000 } })
  const { message, caret, help, span } = await failing('RNN519', () => train(model, dataOf(3)))
  assert.match(message, /^training `M` takes at least [\d.]+ GB of memory, but the limit is 16 GB$/)
  assert.match(caret ?? '', /^10,000,450,001 parameters/)
  assert.match(help ?? '', /`units`/)
  assert.equal(source().slice(span?.start, span?.end), 'M')
})

test('a batch too large is refused, and fits where less of it is kept', async () => {
  const [long, memory] = [dataOf(20_000), 3 * 2 ** 20]
  const { help } = await failing('RNN519', () => train(compile(source()), long, { memory }))
  assert.match(help ?? '', /`batch`.*`checkpoint = auto`.*`truncate`/)
  await train(compile(source('; steps = 1; checkpoint = auto')), long, { memory })
})

/** A target at every step of two sequences, as long as that; with the program that learns them. */
function stepwise(length: number, settings: string) {
  const model = compile(
    source(settings)
      .replace('target y: [1]', 'target y: real over T')
      .replace(/p = [^}]*/, 'loss mse(([x] |> LSTM(units) |> dense(1))[0], y)'),
  )
  const [example] = dataOf(length).train.ports.x
  const ports = { x: Examples.of([example, example]), y: Examples.of([example, example]) }
  return { model, data: { ...dataOf(length), train: { count: 2, ports } } }
}

test('of windows, one is in memory at a time', async () => {
  const memory = 2 ** 20
  const whole = stepwise(20_000, '; steps = 1')
  await failing('RNN519', () => train(whole.model, whole.data, { memory }))
  const cut = stepwise(20_000, '; steps = 1; truncate = 100')
  await train(cut.model, cut.data, { memory })
})

test('the last weights are checked on windows, too; a validation part is measured whole, and refused if it is too long', async () => {
  const lengths: number[] = []
  const noting: Loader<Executable> = {
    ...js,
    load: (plan, precision) => {
      const loaded = js.load(plan, precision)
      const run: Executable['run'] = (sizes, inputs) => {
        lengths.push(greatest(inputs['T.lengths'], 0))
        return loaded.run(sizes, inputs)
      }
      return { ...loaded, run }
    },
  }
  const { model, data } = stepwise(20_000, '; steps = 3; truncate = 100')
  await train(model, data, { backend: noting })
  // The three steps, and the check.
  assert.deepEqual(lengths, [100, 100, 100, 100])
  const validated = { ...data, validation: data.train }
  const { help } = await failing('RNN519', () => train(model, validated, { memory: 2 ** 20 }))
  assert.match(help ?? '', /validation/)
})

test('what fits is run: the limit is what is taken, not more', async () => {
  const model = compile(source())
  const { message } = await failing('RNN519', () => train(model, dataOf(50), { memory: 1000 }))
  assert.match(message, /takes at least [\d.]+ KB of memory, but the limit is 1,000 bytes/)
  const { weights } = await train(model, dataOf(50), { memory: 100_000 })
  const { train: part } = dataOf(50)
  await failing('RNN519', () => predict(model, weights, part, {}, undefined, { memory: 500 }))
  predict(model, weights, part, {}, undefined, { memory: 100_000 })
})

test('bytes in words', () => {
  assert.deepEqual([0, 1023, 1024, 1.5 * 2 ** 30, 2 ** 90].map(inBytes), [
    '0 bytes',
    '1,023 bytes',
    '1 KB',
    '1.5 GB',
    '1.1e+12 PB',
  ])
})

test('the commands know the memory of the machine', async () => {
  const { rnnc } = workplace({ 'm.rnn': source(), 'd.jsonl': '{"x": [1, 2], "y": 1}\n{"x": [3], "y": 2}\n' })
  for (const command of [
    ['train', 'm.rnn', '--set', 'units=500000'],
    ['gradcheck', 'm.rnn', '--set', 'B=1000000000000'],
    ['gradcheck', 'm.rnn', '--data', '--set', 'units=500000'],
    ['diagnose', 'm.rnn', '--set', 'T=1000000000000'],
  ]) {
    const { code, stderr } = await rnnc(...command)
    assert.equal(code, 1, command.join(' '))
    assert.match(stderr, /error RNN519: /, command.join(' '))
  }
})

test('a generation too large is refused, with the beams counted', async () => {
  const model = compile(`model G {
    input x: [4]
    target y: class of 3 over T[5]
    p = [delay(y) |> embedding(4), repeat(x, over T)] |> LSTM(8) |> dense(3, softmax)
    loss cross_entropy(p, y)
    predict y from p
  }`)
  const weights = initialWeights(model, {}, 1, 'f32')
  const { part, sizes } = fromArrays({ ...model.signature, targets: [] }, { x: Array(64).fill([1, 2, 3, 4]) })
  const run = (beams: number) =>
    predict(model, weights, part, sizes, undefined, { memory: 2 ** 16, decoding: { beam: { beams } } })
  assert.equal(run(1).examples.length, 64)
  const { message } = await failing('RNN519', () => run(64))
  assert.match(message, /^generating with `G` takes at least [\d.]+ \w+ of memory, but the limit is 64 KB$/)
})

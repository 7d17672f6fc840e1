// The library as a program uses it: plain arrays in, plain arrays out, and errors in the words of the program.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'vitest'
import type { Code } from '../../dsl/diagnostics.ts'
import {
  compile,
  evaluate,
  type Fit,
  fit,
  generate,
  load,
  loadData,
  loadInputs,
  predict,
  predictAsync,
  RnnError,
  save,
  stream,
  TrainingFailed,
} from '../../runtime/index.ts'
import { readerIn } from '../../runtime/node/index.ts'
import { checkGradients } from '../../trust/index.ts'
import { json, workplace } from '../cli/support.ts'

const program = `model Kinds {
  input x: [2] over T
  target kind: class of K
  p = x |> GRU(4) |> last |> dense(K, softmax)
  loss cross_entropy(p, kind)
  metric accuracy(p, kind)
  predict kind from p
  output probabilities = p
}
data Table for Kinds {
  t = jsonl("kinds.jsonl")
  x = standardize(t.x)
  kind = classes(t.kind)
  split = ordered(0.8, 0.2)
}
train Kinds on Table { optimizer = Adam(0.02); epochs = 3; batch = 8; seed = 2 }
`

const count = 40
const x = Array.from({ length: count }, (_, i) =>
  Array.from({ length: 2 + (i % 3) }, (_, t) => [i % 2 === 0 ? 3 : -3, Math.sin(i + t)]),
)
const kind = x.map((_, i) => (i % 2 === 0 ? 'up' : 'down'))
const rows = x.map((one, i) => ({ x: one, kind: kind[i] }))
const jsonl = rows.map(row => `${JSON.stringify(row)}\n`).join('')

const { folder, path, ok } = workplace({ 'kinds.rnn': program, 'kinds.jsonl': jsonl })
const model = compile(program, { file: 'kinds.rnn' })

async function* later() {
  for (const row of rows) yield row
}

/** Error of a call, which must be one of the library's, with its text and help. */
async function refused(run: () => unknown): Promise<{ readonly codes: readonly Code[]; readonly text: string }> {
  try {
    await run()
  } catch (error) {
    if (!(error instanceof RnnError)) throw error
    const { diagnostics } = error
    return { codes: diagnostics.map(d => d.code), text: diagnostics.map(d => `${d.message}; ${d.help}`).join('\n') }
  }
  return assert.fail('it is not refused')
}

const numbers = ({ weights }: Pick<Fit, 'weights'>): readonly number[] => Object.values(weights).flatMap(w => [...w])

describe('fit', () => {
  it('learns from columns, rows and rows over time what it learns from a file', async () => {
    const loaded = await loadData(model, { read: readerIn(folder) })
    const options = { validation: 0.2, encode: { x: 'standardize' } } as const
    const fromFile = await fit(model, { ...loaded, validation: loaded.test })
    assert.equal(fromFile.history.length, 3)
    for (const data of [{ x, kind }, rows, later()]) {
      const fromHere = await fit(model, data, options)
      assert.deepEqual(numbers(fromHere), numbers(fromFile))
      assert.deepEqual(fromHere.history, fromFile.history)
      assert.deepEqual(fromHere.fitted.ports, fromFile.fitted.ports)
      assert.deepEqual(fromHere.fitted.sizes, { K: 2 })
    }
  })

  it('takes settings in place of those of the program, and says what ran', async () => {
    const seen: number[] = []
    const trained = await fit(
      model,
      { x, kind },
      {
        epochs: 2,
        batch: 20,
        seed: 5,
        optimizer: 'SGD(0.1)',
        settings: 'clip = norm(1)\nshuffle = false',
        target: 'wasm',
        onEpoch: ({ epoch }) => seen.push(epoch),
      },
    )
    assert.deepEqual([trained.steps, trained.backend, trained.seed, trained.ended], [4, 'wasm', 5, 'done'])
    assert.deepEqual(seen, [1, 2])
    const { backend } = await fit(
      compile('model m { input a: real; target b: real; loss mse([a] |> dense(1), [b]) }'),
      { a: [1, 2], b: [2, 4] },
      { target: 'auto', epochs: 1 },
    )
    assert.match(backend, /^(js|wasm)$/)
  })

  it('takes flat typed arrays in the shape that the model declares', async () => {
    const flat = compile(`model m {
  input a: [D] over T[3], b: real
  target y: [2]
  loss mse(a |> mean(over T) |> dense(2), y * b)
}`)
    const a = Float32Array.from({ length: 4 * 3 * 5 }, (_, i) => i / 10)
    const y = Float64Array.from({ length: 8 }, (_, i) => i)
    const b = [1, 2, 3, 4]
    const nested = Array.from({ length: 4 }, (_, i) =>
      Array.from({ length: 3 }, (_, t) => Array.from(a.subarray((i * 3 + t) * 5, (i * 3 + t + 1) * 5))),
    )
    const one = await fit(flat, { a, b, y }, { epochs: 2, sizes: { D: 5 } })
    const other = await fit(
      flat,
      {
        a: nested,
        b,
        y: [
          [0, 1],
          [2, 3],
          [4, 5],
          [6, 7],
        ],
      },
      { epochs: 2 },
    )
    assert.deepEqual(numbers(one), numbers(other))
    const { codes, text } = await refused(() => fit(flat, { a, b, y }))
    assert.deepEqual([codes, /`sizes: \{ D: … \}`/.test(text)], [['RNN411'], true])
  })

  it('cuts texts into tokens as it is told, and numbers single ones', async () => {
    const tagger = compile(`model Tagger {
  input line: token of V over T, first: token of W
  target tags: class of K over T
  p = line |> embedding(3) |> GRU(3) |> dense(K, softmax)
  loss cross_entropy(p, tags) + 0 * sum(first |> embedding(2))
  predict tags from p
}`)
    const data = {
      line: ['the cat', 'a cat sat'],
      first: ['the', 'a'],
      tags: [
        ['D', 'N'],
        ['D', 'N', 'V'],
      ],
    }
    const trained = await fit(tagger, data, { epochs: 1, encode: { line: 'words(unknown = "?")' } })
    assert.deepEqual(trained.fitted.sizes, { V: 6, W: 3, K: 3 })
    const { tags } = predict(trained, { line: ['a dog'], first: ['a'] })
    assert.ok(Array.isArray(tags[0]) && tags[0].length === 2 && /^[DNV]$/.test(String(tags[0][0])))
    assert.match((await refused(() => fit(tagger, data))).text, /`encode: \{ line: 'words' \}`/)
    assert.deepEqual((await refused(() => predict(trained, { line: ['a'], first: ['no'] }))).codes, ['RNN430'])
  })

  it('gives what is learned so far when it is stopped, or fails', async () => {
    const controller = new AbortController()
    const onEpoch = (): void => controller.abort()
    const stopped = await fit(model, { x, kind }, { epochs: 50, signal: controller.signal, onEpoch })
    assert.deepEqual([stopped.ended, stopped.history.length < 3], ['aborted', true])
    assert.equal(predict(stopped, { x }).kind.length, count)
    assert.deepEqual((await refused(() => fit(model, later(), { signal: controller.signal }))).codes, ['RNN516'])
    const linear = compile('model m { input a: real; target b: real; loss mse([a] |> dense(1), [b]) }')
    const error = await fit(linear, { a: [1, 2], b: [1e3, 1] }, { optimizer: 'SGD(1e8)', epochs: 20 }).catch(e => e)
    assert.ok(error instanceof TrainingFailed)
    assert.deepEqual(
      error.diagnostics.map(d => d.code),
      ['RNN504'],
    )
  })

  const endless: unknown[] = []
  endless.push(endless)
  const cases: readonly (readonly [what: string, code: Code, says: RegExp, data: unknown, options?: object])[] = [
    ['a missing target', 'RNN401', /target `kind` has no data/, { x }],
    ['a missing input', 'RNN401', /input `x` has no data/, { kind }],
    ['a row without a value', 'RNN401', /row 2 has no `kind`/, [rows[0], { x: x[0] }]],
    ['another name', 'RNN106', /`kinds` is not defined; did you mean `kind`/, { x, kinds: kind }],
    [
      'columns of different lengths',
      'RNN423',
      /`x` has 40 examples, but `kind` has 39|40 examples.*39/,
      { x, kind: kind.slice(1) },
    ],
    ['no rows', 'RNN405', /the data is empty/, []],
    ['empty columns', 'RNN405', /the data is empty/, { x: [], kind: [] }],
    ['no columns', 'RNN401', /input `x`/, {}],
    ['no data', 'RNN509', /columns or rows, not undefined/, undefined],
    ['rows that are lists', 'RNN509', /objects.*not a list as row 1/, [[1, 2]]],
    ['a column that is no list', 'RNN411', /`x` is declared as \[2\] over T, but its data is 3 where/, { x: 3, kind }],
    ['lists too flat', 'RNN411', /1 where a list is expected, in example 1/, { x: [[1, 2]], kind: ['a'] }],
    ['lists too deep', 'RNN411', /a list where a number is expected, in example 1/, { x: [[[1, [2]]]], kind: ['a'] }],
    ['a list that contains itself', 'RNN411', /a list where a number is expected/, { x: [endless], kind: ['a'] }],
    ['a label that is such a list', 'RNN411', /a list where a number is expected/, { x: [[[1, 2]]], kind: [endless] }],
    [
      'such a list to be encoded',
      'RNN411',
      /lists of more than 100 levels in example 1/,
      { x: [endless], kind: ['a'] },
      { encode: { x: 'minmax' } },
    ],
    ['another width', 'RNN411', /its data is \[3\]/, { x: [[[1, 2, 3]]], kind: ['a'] }],
    ['NaN', 'RNN411', /NaN in example 2/, { x: [[[1, 2]], [[1, Number.NaN]]], kind: ['a', 'b'] }],
    [
      'NaN in what is scaled',
      'RNN411',
      /NaN in example 1/,
      { x: [[[1, Number.NaN]]], kind: ['a'] },
      { encode: { x: 'minmax' } },
    ],
    ['null', 'RNN411', /null where a list is expected/, { x: [null], kind: ['a'] }],
    ['an object', 'RNN411', /an object in example 1/, { x: [[[1, {}]]], kind: ['a'] }],
    ['a number too large', 'RNN417', /1e\+300/, { x: [[[1, 1e300]], [[1, 2]]], kind: ['a', 'b'] }],
    [
      'a label that only the validation has',
      'RNN408',
      /`new` of `kind`.*the data, row 40/,
      { x, kind: [...kind.slice(1), 'new'] },
      { validation: 0.1 },
    ],
    ['no fraction', 'RNN509', /`validation` takes a fraction between 0 and 1/, { x, kind }, { validation: 1 }],
    ['no example in a fraction', 'RNN405', /0\.001 of 40 examples/, { x, kind }, { validation: 0.001 }],
    ['an unknown target', 'RNN505', /unknown target `wasn`; did you mean `wasm`/, { x, kind }, { target: 'wasn' }],
    ['half an epoch', 'RNN207', /`epochs` must be a whole number of at least 1/, { x, kind }, { epochs: 0.5 }],
    [
      'an unknown optimizer',
      'RNN106',
      /`Adan` is not defined; did you mean `Adam`/,
      { x, kind },
      { optimizer: 'Adan' },
    ],
    ['an unknown setting', 'RNN105', /`rate`/, { x, kind }, { settings: 'rate = 0.1' }],
    [
      'settings that are none',
      'RNN231',
      /the settings must be equations/,
      { x, kind },
      { settings: 'epochs = 1 }\ncell c {' },
    ],
    [
      'an encoding that is none',
      'RNN509',
      /`encode\.x` takes one of classes, .*not `windows\(3\)`/,
      { x, kind },
      { encode: { x: 'windows(3)' } },
    ],
    ['an encoding that is no call', 'RNN509', /`encode\.x`/, { x, kind }, { encode: { x: 'log }' } }],
    ['an encoding of another name', 'RNN106', /did you mean `x`/, { x, kind }, { encode: { xs: 'log' } }],
    [
      'flat numbers for a ragged axis',
      'RNN411',
      /nested lists, which tell the length/,
      { x: new Float32Array(4), kind: ['a'] },
    ],
  ]
  for (const [what, code, says, data, options] of cases) {
    it(`refuses ${what}`, async () => {
      // A program without types may give anything.
      const anything: typeof fit = fit
      const { codes, text } = await refused(() => Reflect.apply(anything, undefined, [model, data, options]))
      assert.deepEqual(codes, [code], text)
      assert.match(text, says)
    })
  }

  it('takes settings as texts, and sizes as numbers', async () => {
    const anything: typeof compile = compile
    for (const options of [{ settings: { epochs: { toString: 1 } } }, { sets: { n: { toString: 1 } } }]) {
      const { codes } = await refused(() => Reflect.apply(anything, undefined, [program, options]))
      assert.deepEqual(codes, ['RNN509'])
    }
  })

  it('tells all errors of a program in one', async () => {
    const { codes } = await refused(() => compile('model m { input x: real; output y = z + w }'))
    assert.deepEqual(codes, ['RNN106', 'RNN106'])
  })
})

describe('a trained model', () => {
  const trained = fit(model, { x, kind }, { encode: { x: 'standardize' }, epochs: 20 })

  it('predicts labels and numbers, column by column', async () => {
    const all = predict(await trained, { x })
    assert.deepEqual(all.kind, kind)
    assert.ok(all.probabilities.every(p => Array.isArray(p) && Math.abs(Number(p[0]) + Number(p[1]) - 1) < 1e-6))
    assert.deepEqual(predict(await trained, rows), all)
    assert.deepEqual(await predictAsync(await trained, later()), all)
    const { probabilities } = predict(await load(await save(await trained)), { x })
    assert.deepEqual(probabilities, all.probabilities)
  })

  it('gives the probability of each label, where it is asked for', async () => {
    const all = predict(await trained, { x }, { probabilities: true })
    assert.deepEqual(all.kind, kind)
    const pairs = all['kind.down'].map((down, i) => [down, all['kind.up'][i]])
    assert.deepEqual(pairs, all.probabilities)
  })

  it('is measured in the units of its data', async () => {
    const text =
      'model Line { input a: real; target b: real; y = dense(1)([a])[0]; loss mse(y, b); metric mae(y, b); predict b from y }'
    const a = Array.from({ length: 20 }, (_, i) => i)
    const b = a.map(v => 1000 + 30 * v)
    const line = await fit(
      compile(text),
      { a, b },
      { epochs: 2, encode: { a: 'standardize', b: 'standardize' }, seed: 1 },
    )
    const { mae } = await evaluate(line, { a, b }, { units: 'data', batch: 7 })
    const mean = predict(line, { a }).b.reduce<number>((sum, y, i) => sum + Math.abs(Number(y) - b[i]), 0) / b.length
    assert.ok(Math.abs(Number(mae) - mean) < 1e-3 * mean, `${mae} and ${mean}`)
    assert.deepEqual((await refused(() => evaluate(line, { a, b }, { units: 'data', free: {} }))).codes, ['RNN509'])
  })

  it('gives flat arrays with their shapes, where there are numbers of one shape', async () => {
    const forecast = await fit(
      compile('model m { input a: [2]; target b: [3]; y = a |> dense(3); loss mse(y, b); predict b from y }'),
      {
        a: [
          [1, 2],
          [3, 4],
        ],
        b: [
          [1, 2, 3],
          [4, 5, 6],
        ],
      },
      { epochs: 1, encode: { b: 'standardize' } },
    )
    const nested = predict(forecast, {
      a: [
        [1, 2],
        [3, 4],
      ],
    })
    const { b } = predict(forecast, { a: Float32Array.of(1, 2, 3, 4) }, { typed: true })
    assert.deepEqual([b.shape, [...b.data]], [[2, 3], nested.b.flat()])
    const { codes, text } = await refused(async () => predict(await trained, { x }, { typed: true }))
    assert.deepEqual([codes, /`kind`, which is a text/.test(text)], [['RNN509'], true])
  })

  it('is measured on arrays, and on a file', async () => {
    const report = await evaluate(await trained, { x, kind })
    assert.equal(report.accuracy, 1)
    assert.deepEqual(await evaluate(await trained, later(), { target: 'js', batch: 40 }), report)
    const data = await loadData(await trained, { read: readerIn(folder) }).catch(e => e)
    // Nothing was fitted for the calls of the data block.
    assert.match(String(data), /RNN501/)
    const loaded = await loadData(model, { read: readerIn(folder) })
    const fromFile = await fit(model, loaded)
    assert.ok(Number((await evaluate(fromFile, loaded)).loss) > 0)
    assert.deepEqual((await refused(() => evaluate(fromFile, loaded, { part: 'validation' }))).codes, ['RNN405'])
    const inputs = await loadInputs(fromFile, { read: readerIn(folder) })
    assert.deepEqual(predict(fromFile, inputs), predict(fromFile, { x }))
  })

  it('answers element by element', async () => {
    const { step } = stream(await trained, { target: 'wasm' })
    const answers = x[3].map(element => step({ x: element }))
    assert.equal(answers.at(-1)?.kind, kind[3])
    assert.deepEqual((await refused(() => step({ x: [1] }))).codes, ['RNN411'])
    const { value } = await generate(await trained)
      .next()
      .catch(error => ({ value: error }))
    assert.match(String(value), /RNN523/)
  })

  it('is saved for the command too, and loaded from its file', async () => {
    const file = path('kinds.safetensors')
    process.chdir(folder)
    await save(await fit(model, await loadData(model, { read: readerIn(folder) })), file)
    const report = json(await ok('eval', 'kinds.safetensors', '--json'))
    assert.equal(report.part, 'test')
    await ok('train', 'kinds.rnn', '--out', 'own.safetensors')
    const own = await load(path('own.safetensors'))
    const same = await load(file)
    assert.deepEqual(numbers(own), numbers(same))
    assert.deepEqual(readFileSync(file).subarray(0, 8).length, 8)
    assert.deepEqual((await refused(() => load(path('none.safetensors')))).codes, ['RNN406'])
    assert.deepEqual((await refused(() => load(new TextEncoder().encode('no weights')))).codes, ['RNN502'])
    assert.deepEqual((await refused(async () => save(await trained, path('none/a')))).codes, ['RNN503'])
  })

  it('has a gradient that can be checked, at its weights, on examples, and before it is trained', async () => {
    assert.equal(checkGradients(await trained, { data: { x: x.slice(0, 3), kind: ['up', 'down', 'up'] } }).passed, true)
    assert.equal(checkGradients(model, { sizes: { B: 2, T: 3, K: 2 }, seed: 4 }).passed, true)
    assert.deepEqual((await refused(async () => checkGradients(await trained, { data: { x, kind: [] } }))).codes, [
      'RNN423',
    ])
  })
})

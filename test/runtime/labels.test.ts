// Labels as the data has them: their number, the outputs that predict them, and values that are none.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { compile } from '../../compiler/index.ts'
import type { Code } from '../../dsl/diagnostics.ts'
import { fromArrays, type Nested } from '../../runtime/data/arrays.ts'
import { inverse } from '../../runtime/data/fitted.ts'
import { loadData } from '../../runtime/data/loadData.ts'
import { predict } from '../../runtime/predict.ts'
import { randomBatch, randomSizes } from '../../runtime/randomBatch.ts'
import { initialWeights } from '../../runtime/session.ts'
import { train } from '../../runtime/train.ts'
import { column, failing, load, readTexts } from './support.ts'

const model = (target: string, lines: string) =>
  compile(`model M {
  input x: [2]
  target y: ${target}
  p = x |> dense(3, softmax)
  q = x |> dense(1, sigmoid)
  ${lines}
}`)

const given = (target: string, lines: string, y: readonly Nested[]) =>
  fromArrays(model(target, lines).signature, { x: y.map((_, i) => [i, 1]), y })

describe('values that a cross-entropy takes as labels', () => {
  const softmax = 'loss cross_entropy(p, y)'
  const sigmoid = 'loss binary_cross_entropy(q[0], y)'
  const wrong: readonly (readonly [
    target: string,
    lines: string,
    y: readonly Nested[],
    code: Code,
    message: RegExp,
  ])[] = [
    ['int', softmax, [0, 1, 2, 9], 'RNN416', /`y` has 10 labels, but `p` distinguishes 3/],
    [
      'int',
      'loss -log(softmax(x |> dense(3))[y])',
      [0, 1, 9],
      'RNN416',
      /`y` has 10 labels, but `softmax` distinguishes 3/,
    ],
    ['int', softmax, [0, 1, -1], 'RNN412', /-1 is not a label of `p`, in `y`/],
    ['int', 'metric accuracy(p, y)', [0, 3], 'RNN416', /`y` has 4 labels, but `p` distinguishes 3/],
    ['int', 'metric accuracy(q, y)', [0, 2], 'RNN416', /`y` has 3 labels, but `q` distinguishes 2/],
    ['int', sigmoid, [0, 1, 2], 'RNN416', /`y` has 3 labels, but `q\[0\]` distinguishes 2/],
    ['real', sigmoid, [1, 2], 'RNN416', /`y` has 3 labels, but `q\[0\]` distinguishes 2/],
    ['real', sigmoid, [0.5, 1.5], 'RNN412', /1\.5 is not a probability, in `y`/],
    ['real', sigmoid, [-1, 1], 'RNN412', /-1 is not a probability, in `y`/],
    ['[3]', 'loss binary_cross_entropy(sigmoid(p), y)', [[0, 1, 2]], 'RNN416', /distinguishes 2/],
    ['int over T', 'loss cross_entropy(repeat(p, over T), y)', [[0, 1], [3]], 'RNN416', /`y` has 4 labels/],
    ['int over T', 'loss cross_entropy(repeat(p, over T), reverse(y))', [[0, 1], [3]], 'RNN416', /`y` has 4 labels/],
    [
      'int over T',
      'loss cross_entropy(drop_first(repeat(p, over T)), drop_first(y))',
      [
        [0, 1],
        [0, 3],
      ],
      'RNN416',
      /4 labels/,
    ],
  ]
  for (const [target, lines, y, code, message] of wrong) {
    it(`${target}, ${lines}: ${JSON.stringify(y)}`, async () => {
      assert.match((await failing(code, () => given(target, lines, y))).message, message)
    })
  }

  it('may be any that the outputs tell apart', () => {
    assert.equal(given('int', softmax, [0, 1, 2]).part.count, 3)
    assert.equal(given('real', sigmoid, [0, 0.25, 1]).part.count, 3)
    assert.equal(given('class of 2', sigmoid, [0, 1]).part.count, 2)
  })

  it('are left to a program that compares them with numbers, or uses them in another way', () => {
    assert.equal(given('int', 'loss where(y >= 0, cross_entropy(p, y), 0)', [0, -1, 2]).part.count, 3)
    assert.equal(given('int', 'loss real(not (y == 255)) * cross_entropy(p, y)', [0, 255]).part.count, 2)
    assert.equal(given('int', 'loss mse(p[0], y)', [7, -3]).part.count, 2)
    assert.equal(given('int', 'metric chance = p[y]', [7, -3]).part.count, 2)
    assert.equal(given('int', 'loss mse(x[y], 0)', [7, -3]).part.count, 2)
  })

  it('are drawn in their bounds for a random batch', () => {
    for (const [target, lines, most] of [
      ['int', softmax, 2],
      ['real', sigmoid, 1],
    ] as const) {
      const { signature } = model(target, lines)
      const { y } = randomBatch(signature, randomSizes(signature, { B: 50 }), 1).inputs
      assert.ok(y.every((v: number) => v >= 0 && v <= most))
    }
  })
})

describe('classes that the data counts', () => {
  const data = 't = csv("a.csv")\nx = t.x\ny = t.y'
  const csv = (y: readonly (number | string)[]): string => `x,y\n${y.map((v, i) => `${i},${v}\n`).join('')}`
  const loading = (y: readonly (number | string)[], extra: Partial<Parameters<typeof load>[0]> = {}) =>
    load({ inputs: ['x'], targets: ['y class of K'], data, files: { 'a.csv': csv(y) }, ...extra })

  it('have examples: of labels from 1, 0 has none', async () => {
    const found = await failing('RNN408', () => loading([1, 2, 3, 9]))
    assert.match(found.message, /`0` of `y`/)
    assert.match(found.help ?? '', /`classes\(…\)`.*`class of 10`/)
    assert.match(
      (await failing('RNN408', () => loading([0, 1, 3]))).message,
      /`2` of `y` does not occur in the training part$/,
    )
    assert.match((await failing('RNN408', () => loading([0, 2123456789]))).message, /`1` of `y`/)
    assert.match(
      (await failing('RNN412', () => loading([0, 123456789012]))).message,
      /123456789012 is not a class of K, in `y`: a\.csv, line 3/,
    )
    await failing('RNN412', () => loading([0.5, 1, 2]))
    assert.equal((await loading([0, 1, 2, 1])).sizes.K, 3)
  })

  it('have them in the training part', async () => {
    const split = { data: `${data}\nsplit = ordered(0.5, 0.5)` }
    assert.match((await failing('RNN408', () => loading([0, 2, 1, 2], split))).message, /`1` of `y`/)
    assert.match((await failing('RNN412', () => loading([0, 1, 1, 7], split))).message, /7 is not a class of 2/)
  })

  it('may have none where the program says how many there are, for inputs and for tokens', async () => {
    assert.equal((await loading([1, 2], { targets: ['y class of 10'] })).train.count, 2)
    assert.equal((await loading([1, 5], { targets: ['y token of K'] })).sizes.K, 6)
    assert.equal((await loading([1, 5], { inputs: ['x', 'y class of K'], targets: [] })).sizes.K, 6)
  })

  it('may be seen by another port that they are counted for', async () => {
    const both = { inputs: ['x class of K'], targets: ['y class of K'] }
    assert.equal((await loading([0, 2, 0, 2], both)).sizes.K, 4)
    assert.equal((await loading([1, 0, 4, 4], both)).sizes.K, 5)
  })

  it('are not counted where something else says how many there are', async () => {
    const wide = { inputs: ['x [K]'], data: 't = csv("a.csv")\nx = [t.x, t.x, t.x, t.x]\ny = t.y' }
    assert.equal((await loading([1, 2], wide)).sizes.K, 4)
  })

  it('are no fewer than the labels that are declared', async () => {
    const labelled = { data: 't = csv("a.csv")\nx = t.x\ny = classes(t.y)' }
    const found = await failing('RNN411', () => loading(['a', 'b'], { ...labelled, targets: ['y class of 5'] }))
    assert.match(found.message, /`y` is declared as class of 5, but its data is 2 labels/)
    assert.equal((await loading(['a', 'b'], labelled)).sizes.K, 2)
    const asInput = { ...labelled, inputs: ['x', 'y class of 5'], targets: [] }
    assert.equal((await loading(['a', 'b'], asInput)).train.count, 2)
  })
})

describe('one label or none', () => {
  const source = `model M {
  input x: real
  target y: class of K
  p = [x] |> dense(K, softmax)
  loss cross_entropy(p, y)
  predict y from p
}
data d for M { t = csv("a.csv"); x = t.x; y = classes(t.y) }
train M on d { optimizer = SGD(0.1); epochs = 1 }`

  it('is nothing to learn', async () => {
    const one = compile(source)
    const read = readTexts({ 'a.csv': 'x,y\n1,same\n2,same\n' })
    const data = await loadData(one.data ?? assert.fail(), one.signature, { read })
    const found = await failing('RNN415', () => train(one, data))
    assert.deepEqual(
      found.labels?.map(l => l.text),
      ['`K` is 1: same'],
    )
  })

  it('that weights do not have is no answer', async () => {
    const two = compile(source)
    const read = readTexts({ 'a.csv': 'x,y\n1,no\n2,yes\n' })
    const data = await loadData(two.data ?? assert.fail(), two.signature, { read })
    const { weights } = await train(two, data)
    const { examples } = predict(two, weights, data.train, data.sizes, data.fitted)
    assert.ok(examples.every(e => e.y === 'no' || e.y === 'yes'))
    const fewer = { ...data.fitted, ports: { ...data.fitted.ports, y: { kind: 'classes', labels: ['no'] } as const } }
    await failing('RNN501', () => predict(two, weights, data.train, data.sizes, fewer))
    assert.deepEqual(inverse(data.fitted, 'y', [1]), ['yes'])
  })
})

describe('numbers that are too large', () => {
  it('cannot be scaled by, which is told with the place in the file', async () => {
    for (const scale of ['standardize', 'minmax']) {
      const data = `x = ${scale}(csv("a.csv").x)`
      const values = scale === 'minmax' ? [1, -1.5e308, 1.5e308] : [1, 2, 1e308]
      const found = await failing('RNN417', () => load({ inputs: ['x'], data, files: { 'a.csv': column(values) } }))
      assert.match(found.message, /1\.?5?e\+308 is too large for scaling: a\.csv, line [34], column `x`/)
    }
    const lists = { 'a.jsonl': '{"x": [1, 2]}\n\n{"x": [3, 1e200]}\n' }
    const found = await failing('RNN417', () =>
      load({ inputs: ['x over T'], data: 'x = standardize(jsonl("a.jsonl").x)', files: lists }),
    )
    assert.match(found.message, /1e\+200 .*: a\.jsonl, line 3, column `x`$/)
  })

  it('are those beside which most others, though they differ, would be one number', async () => {
    const scaled = (values: readonly number[]) =>
      load({ inputs: ['x'], data: 'x = standardize(csv("a.csv").x)', files: { 'a.csv': column(values) } })
    for (const values of [
      [1, 2, 1e20],
      [280.1, 279.4, 9.96921e36, 281.2, 9.96921e36],
      [1, 2, 3, 1e300, 1.1e300],
      [1, -1e308, 1e308, 2],
      [0.5, 0.25, -1e17],
    ]) {
      assert.match((await failing('RNN417', () => scaled(values))).message, /is too large for scaling/)
    }
    for (const values of [
      [0, 1e300],
      [5, 5, 5, 1e300],
      [1e200, 2e200, 3e200],
      [0, 1e-17, 2e-17, 1],
      [1, 2, 1e15],
      [5, 1e4, 1e16, 2e17, 1e18, 3e18],
    ]) {
      const { train } = await scaled(values)
      assert.ok(train.ports.x.every(e => Math.abs(e.values[0]) < 10))
    }
  })

  it('are told where the precision of the run cannot hold them', async () => {
    const one = {
      inputs: ['v [2]'],
      data: 't = csv("a.csv")\nv = [t.a, t.b * 2]',
      files: { 'a.csv': 'a,b\n1,2\n3,3e38\n' },
    }
    const found = await failing('RNN417', () => load(one, { precision: 'f32' }))
    assert.match(found.message, /6e\+38 is too large for f32: a\.csv, line 3, column `b`/)
    assert.equal((await load(one, { precision: 'f64' })).train.count, 2)
    assert.equal(
      (await load({ ...one, data: 't = csv("a.csv")\nv = [t.a, t.b]' }, { precision: 'f32' })).train.count,
      2,
    )
  })

  it('are told before training and predictions of arrays too', async () => {
    const open = compile(`model M {
  input x: [1]
  target y: real
  p = x |> dense(1)
  loss mse(p[0], y)
  predict y from p
}
data d for M { t = csv("a.csv"); x = [t.x]; y = t.x }
train M on d { optimizer = SGD(0.1); epochs = 1 }`)
    const { part, sizes } = fromArrays(open.signature, { x: [[1], [1e39]], y: [1, 2] })
    const fitted = { calls: {}, ports: {}, sizes }
    const weights = initialWeights(open, sizes, 1, 'f32')
    const found = await failing('RNN417', () => train(open, { train: part, sizes, fitted }))
    assert.match(found.message, /1e\+39 is too large for f32: example 2 of `x`/)
    await failing('RNN417', () => predict(open, weights, part, sizes, undefined))
    const wide = initialWeights(open, sizes, 1, 'f64')
    assert.equal(predict(open, wide, part, sizes, undefined, { precision: 'f64' }).examples.length, 2)
  })
})

describe('what is not finite', () => {
  const open = compile(`model M {
  input x: [1]
  target y: real, c: class of 2
  p = x |> dense(1)
  output z = exp(p)
  predict y from exp(1000 * p)
  predict c from softmax([p, p])
}`)
  const { part, sizes } = fromArrays(open.signature, { x: [[0], [1]] })

  it('is no weight', async () => {
    for (const bad of [Number.NaN, Number.NEGATIVE_INFINITY]) {
      const weights = { 'dense.W': Float32Array.of(bad), 'dense.b': Float32Array.of(0) }
      const found = await failing('RNN515', () => predict(open, weights, part, sizes, undefined))
      assert.match(found.message, /`dense\.W\[0, 0\]` in the weights is (NaN|-Infinity)/)
    }
  })

  it('is no answer', async () => {
    const weights = { 'dense.W': Float32Array.of(1), 'dense.b': Float32Array.of(0) }
    const found = await failing('RNN512', () => predict(open, weights, part, sizes, undefined))
    assert.match(found.message, /the answer for `y` of example 2 is Infinity/)
  })

  it('may stand in the padding', () => {
    const along = compile('model M {\n  input x: real over T\n  target y: real over T\n  predict y from 1 + 0 * x\n}')
    const ragged = fromArrays(along.signature, { x: [[1], [1, 2]] })
    const y = { kind: 'numbers', chains: [[{ kind: 'reciprocal' }]] } as const
    const { examples } = predict(along, {}, ragged.part, ragged.sizes, { calls: {}, ports: { y }, sizes: {} })
    assert.deepEqual(examples, [{ y: [1] }, { y: [1, 1] }])
  })
})

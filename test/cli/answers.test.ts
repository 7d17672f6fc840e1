// Answers that are written read back: as many rows, the same labels and numbers.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { it } from 'vitest'
import { csvOf, jsonOf } from '../../cli/answers.ts'
import { parseCsv } from '../../runtime/data/functions/csv.ts'
import { answers, failing, learned, textsOf } from '../runtime/support.ts'

const cellsOf = (text: string): Record<string, readonly string[]> =>
  Object.fromEntries(
    [...parseCsv(new TextEncoder().encode(text), 'answers.csv').columns].map(([name, column]) => [
      name,
      textsOf(column),
    ]),
  )

const labels = [
  'a,b',
  'say "hi"',
  'two\nlines',
  'two\r\nlines',
  '\r',
  ' blank ',
  '\t',
  '007',
  '1e3',
  '+1',
  '-0',
  'true',
  'null',
]
const label = fc.oneof(
  fc.constantFrom(...labels, '', '"', '""', ',', ';', '\n', '\0', 'é😀', 'kind', '\ufeff', '\u00a0', '\u2028'),
  fc.string({ unit: 'binary' }),
)
const number = fc.double({ noNaN: true, noDefaultInfinity: true })

it('labels and numbers of each example', () => {
  const row = fc.record({ kind: label, value: number, pair: fc.tuple(number, number), words: fc.array(label) })
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 8 }), rows => {
      const found = cellsOf(csvOf(rows))
      assert.deepEqual(
        found.kind,
        rows.map(r => r.kind),
      )
      for (const [name, at] of [
        ['value', 'value'],
        ['pair[0]', 0],
        ['pair[1]', 1],
      ] as const) {
        const expected = rows.map(r => (at === 'value' ? r.value : r.pair[at]))
        assert.deepEqual(
          found[name].map(Number),
          expected.map(x => x + 0),
        )
      }
      const lengths = new Set(rows.map(r => r.words.length))
      if (lengths.size > 1)
        assert.deepEqual(
          found.words.map(cell => JSON.parse(cell)),
          rows.map(r => r.words),
        )
      else
        rows[0].words.forEach((_, i) => {
          assert.deepEqual(
            found[`words[${i}]`],
            rows.map(r => r.words[i]),
          )
        })
    }),
  )
})

it('one column of labels', () => {
  fc.assert(
    fc.property(fc.array(label, { minLength: 1, maxLength: 8 }), kinds => {
      assert.deepEqual(cellsOf(csvOf(kinds.map(kind => ({ kind })))), { kind: kinds })
    }),
  )
})

it('labels that a model has learned are those of its data, and train another as they are', async () => {
  const source = (file: string, name: string) => `model M {
  input x: real
  target kind: class of K
  p = [x] |> dense(K, softmax)
  loss cross_entropy(p, kind)
  output x2 = x
  predict kind from p
}
data d for M { t = ${file}("d"); x = t.${name}; kind = classes(t.kind) }
train M on d { optimizer = Adam(0.3); epochs = 600; seed = 1 }`
  const rows = labels.map((kind, i) => ({ x: i - 6, kind }))
  const first = await learned(source('jsonl', 'x'), { d: rows.map(row => `${JSON.stringify(row)}\n`).join('') })
  assert.deepEqual(
    first.examples.map(e => e.kind),
    labels,
  )
  const again = await learned(source('csv', 'x2'), { d: csvOf(first.examples) })
  assert.deepEqual(again.data.fitted.ports.kind, first.data.fitted.ports.kind)
  assert.deepEqual(again.examples, first.examples)
})

it('numbers that are not finite, which JSON has not', () => {
  const rows = [{ y: Number.NaN, z: [1, [Number.POSITIVE_INFINITY, -0.5]], k: 'NaN' }]
  assert.deepEqual(JSON.parse(JSON.stringify(jsonOf(rows))), [{ y: 'NaN', z: [1, ['Infinity', -0.5]], k: 'NaN' }])
  assert.equal(csvOf(rows), 'y,z[0],z[1][0],z[1][1],k\nNaN,1,Infinity,-0.5,NaN\n')
})

it('a prediction is a number or a label, or RNN512', async () => {
  const source = (y: string, target: string, loss: string) => `model M {
  input x: real
  target y: ${target}
  param w: real = ones
  p = ${y}
  loss ${loss}(p, y)
  predict y from p
}
data d for M { t = csv("d"); x = t.x; y = t.y }
train M on d { optimizer = SGD(0); epochs = 1 }`
  const overflowing = [
    [source('w * exp(1000 * x)', 'real', 'mse'), /the answer for `y` of example 1 is Infinity/],
    [source('[w * log(x), 0] |> softmax', 'class of 2', 'cross_entropy'), /the answer for `y` of example 1 is NaN/],
    [source('sigmoid(w * log(x))', 'class of 2', 'binary_cross_entropy'), /the answer for `y` of example 1 is NaN/],
  ] as const
  for (const [text, says] of overflowing) {
    const trained = await learned(text, { d: 'x,y\n0.01,0\n' })
    const { message } = await failing('RNN512', () => answers(trained, { x: [text.includes('exp') ? 5 : -1] }))
    assert.match(message, says)
  }
})

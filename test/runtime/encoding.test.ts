import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { inverse, parseFitted, transform } from '../../runtime/data/fitted.ts'
import { column, load } from './support.ts'

const near = (a: number, b: number, scale: number): void => assert.ok(Math.abs(a - b) <= 1e-9 * scale, `${a}, not ${b}`)

function nearAll(back: readonly (number | string)[], expected: readonly number[], scale: number): void {
  assert.equal(back.length, expected.length)
  for (const [i, value] of back.entries()) near(Number(value), expected[i], scale)
}

// What is asked for in a positive number x, and how far from it the arithmetic may lead.
const chains = [
  'standardize(t.x)',
  'minmax(t.x)',
  'standardize(log1p(t.x))',
  'minmax(log(t.x))',
  'sqrt(t.x / 3 + 1)',
  '2 - t.x * 0.5',
  '1 / t.x',
  '-standardize(t.x)',
  't.x |> log1p |> standardize',
  'standardize(minmax(t.x)) * 10 + 3',
]
const positive = fc.double({ min: 0.01, max: 1000, noNaN: true })

for (const chain of chains) {
  test(`inverse undoes ${chain}, through JSON`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(positive, { minLength: 1, maxLength: 20 }), async xs => {
        const data = `t = csv("a.csv")\nx = ${chain}`
        const { train, fitted } = await load({ inputs: ['x'], data, files: { 'a.csv': column(xs) } })
        const stored = parseFitted(JSON.parse(JSON.stringify(fitted)))
        assert.ok(stored)
        const read = train.ports.x.map(e => e.values[0])
        nearAll(inverse(stored, 'x', read), xs, 1000)
        assert.deepEqual([...transform(stored, 'x', xs)], read)
      }),
      { numRuns: 50 },
    )
  })
}

test('each component of an item has its own chain', async () => {
  const data = 't = csv("a.csv")\nx = [log(t.a), standardize(t.b)]'
  const { train, fitted } = await load({ inputs: ['x [2]'], data, files: { 'a.csv': 'a,b\n1,10\n2,20\n' } })
  const flat = train.ports.x.flatMap(e => [...e.values])
  near(flat[2], Math.log(2), 1)
  assert.deepEqual([flat[1], flat[3]], [-1, 1])
  nearAll(inverse(fitted, 'x', flat), [1, 10, 2, 20], 1)
})

test('what combines two columns is undone up to there', async () => {
  const data = 't = csv("a.csv")\nx = standardize(log(t.a) - log(t.b))'
  const { train, fitted } = await load({ inputs: ['x'], data, files: { 'a.csv': 'a,b\n1,10\n2,20\n9,5\n' } })
  const back = inverse(
    fitted,
    'x',
    train.ports.x.map(e => e.values[0]),
  )
  nearAll(back, [0.1, 0.1, 1.8].map(Math.log), 1)
})

test('a constant column is shifted, not divided by zero', async () => {
  const data = 't = csv("a.csv")\nx = standardize(t.x)\ny = minmax(t.x)'
  const { train } = await load({ inputs: ['x', 'y'], data, files: { 'a.csv': column([5, 5, 5]) } })
  assert.deepEqual(
    train.ports.x.map(e => e.values[0]),
    [0, 0, 0],
  )
  assert.deepEqual(
    train.ports.y.map(e => e.values[0]),
    [0, 0, 0],
  )
})

test('classes go to labels and back', async () => {
  const data = 't = csv("a.csv")\nx = classes(t.x)'
  const { train, fitted, sizes } = await load({
    inputs: ['x class of K'],
    data,
    files: { 'a.csv': column(['no', 'yes', 'no', 'maybe']) },
  })
  assert.deepEqual(
    train.ports.x.map(e => e.values[0]),
    [1, 2, 1, 0],
  )
  assert.deepEqual(sizes, { K: 3 })
  assert.deepEqual(inverse(fitted, 'x', [0, 2]), ['maybe', 'yes'])
  assert.deepEqual([...transform(fitted, 'x', ['yes', 'no'])], [2, 1])
  assert.throws(() => transform(fitted, 'x', ['perhaps']), /RNN408/)
})

test('labels that are numbers are in the order of numbers', async () => {
  const data = 'x = classes(csv("a.csv").x)'
  const { fitted } = await load({ inputs: ['x class of K'], data, files: { 'a.csv': column([10, 9, 1, 10]) } })
  assert.deepEqual(inverse(fitted, 'x', [0, 1, 2]), ['1', '9', '10'])
})

test('what is no stored fit is refused', () => {
  for (const json of [
    null,
    [],
    {},
    { calls: {}, ports: { x: { kind: 'numbers', chains: [[{ kind: 'add' }]] } }, sizes: {} },
  ]) {
    assert.equal(parseFitted(json), undefined)
  }
})

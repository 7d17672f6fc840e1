import assert from 'node:assert/strict'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { test } from 'vitest'
import { scaleText, unscaleText } from '../../runtime/build/units.ts'
import type { Chain } from '../../runtime/data/encoding.ts'
import { inverse, parseFitted, transform } from '../../runtime/data/fitted.ts'
import type { Invertible } from '../../runtime/data/functions/invertible.ts'
import * as invertibles from '../../runtime/data/functions/invertibles.ts'
import { parseStep } from '../../runtime/data/scalingSteps.ts'
import { column, load, range } from './support.ts'

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

/** Columns that vary by no more than rounding, as expressions of a table: each is shifted, and not scaled. */
const constant = {
  'one number, many times': ['t.a', '14.62', '14.62'],
  'many digits': ['t.a', '0.1', '0.1'],
  zeros: ['t.a', '0', '0'],
  'numbers one unit of the last place apart': ['t.a', '14.62', '14.620000000000001'],
  'sums that differ by rounding': ['t.a', '0.3', '0.30000000000000004'],
  'large numbers': ['t.a', '1e300', '1e300'],
  'small numbers': ['t.a', '1e-300', '1e-300'],
  'a difference': ['t.b - t.c', '', ''],
  'a difference and a sum': ['t.b - t.c + 0.5', '', ''],
  'a quotient': ['t.b / t.b', '', ''],
  'a product of a difference': ['1000 * (t.b - t.c)', '', ''],
  'a logarithm': ['log(t.a)', '14.62', '14.620000000000001'],
  'log1p of a difference': ['log1p(t.b - t.c)', '', ''],
  'a square root': ['sqrt(t.a * t.a)', '14.62', '14.620000000000001'],
  'scaled before': ['minmax(t.a)', '14.62', '14.620000000000001'],
  'a component of a vector': ['[t.b, t.a]', '14.62', '14.62'],
} satisfies Record<string, readonly [expression: string, some: string, others: string]>

for (const [what, [expression, some, others]] of Object.entries(constant)) {
  for (const scaling of ['standardize', 'minmax']) {
    test(`${scaling} only shifts ${what}`, async () => {
      const rows = range(50).map(i => {
        const b = 10 + i * 0.37
        return `${i % 3 === 0 ? others : some},${b},${(b - 0.1).toFixed(12)}`
      })
      const files = { 'a.csv': `a,b,c\n${rows.map(row => (row.startsWith(',') ? `1${row}` : row)).join('\n')}\n` }
      const input = expression.startsWith('[') ? 'x [D]' : 'x'
      const data = `t = csv("a.csv")\nx = ${scaling}(${expression})`
      const { train, fitted } = await load({ inputs: [input], data, files })
      const encoding = fitted.ports.x
      assert.ok(encoding.kind === 'numbers')
      assert.deepEqual(encoding.chains.at(-1)?.at(-1), { kind: 'divide', value: 1 })
      for (const { values } of train.ports.x) near(values.at(-1) ?? Number.NaN, 0, 1e-2)
    })
  }
}

test('what varies is scaled, however little, and however large or small it is', async () => {
  for (const xs of [
    [1, 1 + 1e-12],
    [1e15, 1e15 + 1],
    [1e-200, 2e-200],
    [1e200, 2e200],
    [1e-10, 1e10],
    [0, 1e-300],
    [-1, 1],
  ]) {
    for (const [scaling, expected] of [
      ['standardize', [-1, 1]],
      ['minmax', [0, 1]],
    ] as const) {
      const { train } = await load({
        inputs: ['x'],
        data: `x = ${scaling}(csv("a.csv").x)`,
        files: { 'a.csv': column(xs) },
      })
      train.ports.x.forEach((e, i) => {
        near(e.values[0], expected[i], 1e5)
      })
    }
  }
  const logs = { inputs: ['x'], data: 'x = minmax(log(csv("a.csv").x))', files: { 'a.csv': column([1e-10, 1, 1e10]) } }
  const { train } = await load(logs)
  assert.deepEqual(
    train.ports.x.map(e => e.values[0]),
    [0, 0.5, 1],
  )
})

test('a column that never varies is shifted to zero, and new values keep their distance from it', async () => {
  const room = Array.from({ length: 300 }, () => '14.62')
  const data = 'x = standardize(csv("a.csv").x)'
  const { train, fitted } = await load({ inputs: ['x'], data, files: { 'a.csv': column(room) } })
  assert.ok(train.ports.x.every(e => e.values[0] === 0))
  const news = transform(fitted, 'x', [14.62, 14.63, 15])
  nearAll([...news], [0, 0.01, 0.38], 1e-3)
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

test('an invertible function is one file and a line of a list: data, weights and modules know each by it', async () => {
  const folder = new URL('../../runtime/data/functions/', import.meta.url)
  for (const [name, { apply, undo, slope }] of Object.entries<Invertible>(invertibles)) {
    const { [name]: alone }: Record<string, unknown> = await import(new URL(`${name}.ts`, folder).href)
    assert.equal(alone, Object.entries(invertibles).find(([other]) => other === name)?.[1])
    for (const x of [0.25, 1, 7]) {
      near(undo(apply(x)), x, 1)
      near(slope(x), Math.abs(apply(x + 1e-6) - apply(x - 1e-6)) / 2e-6, 1000)
      assert.equal(evaluated(scaleText([{ kind: 'add', value: 0 }, ...stepsOf(name)]), x), apply(x))
      assert.equal(evaluated(unscaleText(stepsOf(name)), apply(x)), undo(apply(x)))
    }
    const data = `t = csv("a.csv")\nx = ${name}(t.x)`
    const { train, fitted } = await load({ inputs: ['x'], data, files: { 'a.csv': column([1, 7]) } })
    assert.deepEqual(
      train.ports.x.map(e => e.values[0]),
      [apply(1), apply(7)],
    )
    const stored = parseFitted(JSON.parse(JSON.stringify(fitted)))
    assert.deepEqual(stored, fitted)
    nearAll(inverse(fitted, 'x', [apply(1), apply(7)]), [1, 7], 1)
  }
})

/** The chain of a function, as weights files hold it. */
const stepsOf = (name: string): Chain => {
  const step = parseStep({ kind: name })
  assert.ok(step)
  return [step]
}

/** What the text of an arrow function gives. */
const evaluated = (text: string, x: number): unknown => runInNewContext(`(${text})(${x})`)

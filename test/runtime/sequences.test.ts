// Sequences of any length in a data block: what feeds an axis, and what acts on the elements.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'vitest'
import type { Code } from '../../dsl/diagnostics.ts'
import type { Part } from '../../runtime/data/example.ts'
import { inverse, parseFitted, transform } from '../../runtime/data/fitted.ts'
import { loadInputs } from '../../runtime/data/loadData.ts'
import { dataBlock, failing, load, readTexts, signature } from './support.ts'

const jsonl = (rows: readonly object[]): string => rows.map(row => `${JSON.stringify(row)}\n`).join('')
const rowsOf = (xs: readonly unknown[]): string => jsonl(xs.map(x => ({ x })))
const values = (part: Part | undefined, name: string): number[][] =>
  (part?.ports[name] ?? []).map(e => Array.from(e.values))
const lengths = (part: Part | undefined, name: string): number[] =>
  (part?.ports[name] ?? []).map(e => {
    assert.equal(e.lengths.length, 1)
    return e.lengths[0][0]
  })

/** What `x = …` gives for rows `x`, and `y` where they have it. */
async function evaluated(expression: string, rows: readonly object[], input = 'x over T'): Promise<number[][]> {
  const data = `t = jsonl("a.jsonl")\nx = ${expression}`
  return values((await load({ inputs: [input], data, files: { 'a.jsonl': jsonl(rows) } })).train, 'x')
}

test('lists feed an axis without a length, of numbers, of vectors, of indices', async () => {
  const { train, sizes } = await load({
    inputs: ['x [D] over T', 'ids token of V over T', 'n int over S', 'v'],
    data: 't = jsonl("a.jsonl")\nx = t.x\nids = t.ids\nn = t.n\nv = t.v',
    files: {
      'a.jsonl': jsonl([
        { x: [[1, 2]], ids: [4], n: [7, 8, 9], v: 1 },
        { x: [], ids: [], n: [], v: 2 },
        {
          x: [
            [3, 4],
            [5, 6],
          ],
          ids: [0, 1],
          n: [-3],
          v: 3,
        },
      ]),
    },
  })
  assert.deepEqual(values(train, 'x'), [[1, 2], [], [3, 4, 5, 6]])
  assert.deepEqual(
    [lengths(train, 'x'), lengths(train, 'n')],
    [
      [1, 0, 2],
      [3, 0, 1],
    ],
  )
  assert.deepEqual(values(train, 'ids'), [[4], [], [0, 1]])
  assert.deepEqual(values(train, 'v'), [[1], [2], [3]])
  assert.deepEqual(sizes, { D: 2, V: 5 })
})

test('the split cuts rows, and codes are counted in those of the training part', async () => {
  const data = 't = jsonl("a.jsonl")\nids = t.ids\ny = t.y'
  const rows = [
    { ids: [1], y: 0 },
    { ids: [2, 0, 1], y: 1 },
    { ids: [], y: 2 },
    { ids: [1, 1], y: 3 },
  ]
  const one = { inputs: ['ids token of V over T', 'y'], files: { 'a.jsonl': jsonl(rows) } }
  const ordered = await load({ ...one, data: `${data}\nsplit = ordered(0.5, 0.25, 0.25)` })
  assert.deepEqual(
    [ordered.train, ordered.validation, ordered.test].map(p => values(p, 'ids')),
    [[[1], [2, 0, 1]], [[]], [[1, 1]]],
  )
  assert.equal(ordered.sizes.V, 3)
  const shuffled = await load({ ...one, data: `${data}\nsplit = shuffled(0.5, 0.5)` }, { seed: 5 })
  for (const part of [shuffled.train, shuffled.test]) {
    for (const [i, [y]] of values(part, 'y').entries()) assert.deepEqual(values(part, 'ids')[i], rows[y].ids)
  }
  const few = { ...one, data: `${data}\nsplit = ordered(0.25, 0.75)` }
  assert.match((await failing('RNN412', () => load(few))).message, /2 is not a token of 2, in `ids`/)
})

test('scaling is fitted on the elements of the training rows alone, component by component', async () => {
  const data = 't = jsonl("a.jsonl")\nx = minmax(t.x)\ny = standardize(t.x)\nsplit = ordered(0.5, 0.5)'
  const rows = [
    [[0, 5]],
    [
      [4, 5],
      [2, 5],
    ],
    [[8, 6]],
    [],
  ]
  const files = { 'a.jsonl': rowsOf(rows) }
  const { train, test, fitted } = await load({ inputs: ['x [2] over T', 'y [2] over T'], data, files })
  assert.deepEqual(values(train, 'x'), [
    [0, 0],
    [1, 0, 0.5, 0],
  ])
  assert.deepEqual(values(test, 'x'), [[2, 1], []])
  const sd = Math.sqrt(8 / 3)
  assert.deepEqual(values(train, 'y'), [
    [-2 / sd, 0],
    [2 / sd, 0, 0, 0],
  ])
  // The same for new rows, of which the first training row is far away.
  const inputs = await loadInputs(dataBlock(data), signature(['x [2] over T']), {
    read: readTexts({ 'new.jsonl': rowsOf([[], [[40, 7]]]) }),
    path: 'new.jsonl',
    fitted,
  })
  assert.deepEqual(values(inputs.part, 'x'), [[], [10, 2]])
})

test('new rows may all be empty, whatever their items are', async () => {
  const data = 'x = standardize(jsonl("a.jsonl").x)'
  const { fitted } = await load({ inputs: ['x [D] over T'], data, files: { 'a.jsonl': rowsOf([[[1, 2]], [[3, 5]]]) } })
  const { part, sizes } = await loadInputs(dataBlock(data), signature(['x [D] over T']), {
    read: readTexts({ 'a.jsonl': rowsOf([[], []]) }),
    fitted,
  })
  assert.deepEqual([part.count, lengths(part, 'x'), sizes], [2, [0, 0], { D: 2 }])
})

test('classes number the elements by the labels of the training rows', async () => {
  const data = 't = jsonl("a.jsonl")\nx = classes(t.x)\nsplit = ordered(0.5, 0.5)'
  const one = { inputs: ['x class of K over T'], data }
  const loaded = await load({ ...one, files: { 'a.jsonl': rowsOf([[30, 9], [10, 9], [10], []]) } })
  assert.deepEqual(
    [values(loaded.train, 'x'), values(loaded.test, 'x')],
    [
      [
        [2, 0],
        [1, 0],
      ],
      [[1], []],
    ],
  )
  assert.equal(loaded.sizes.K, 3)
  assert.deepEqual(inverse(loaded.fitted, 'x', [2, 0, 1]), ['30', '9', '10'])
  const unseen = { ...one, files: { 'a.jsonl': rowsOf([[1], [2], [3], []]) } }
  assert.match((await failing('RNN408', () => load(unseen))).message, /`3` of `x`/)
})

test('arithmetic acts on each element, and joins put items end to end', async () => {
  const rows = [
    {
      x: [1, 2],
      y: [3, 5],
      v: [
        [1, 2],
        [3, 4],
      ],
    },
    { x: [], y: [], v: [] },
    { x: [4], y: [8], v: [[5, 6]] },
  ]
  assert.deepEqual(await evaluated('2 - t.x * 3', rows), [[-1, -4], [], [-10]])
  assert.deepEqual(await evaluated('t.y / t.x', rows), [[3, 2.5], [], [2]])
  assert.deepEqual(await evaluated('sqrt(t.x)', [{ x: [4] }, { x: [9, 16] }]), [[2], [3, 4]])
  assert.deepEqual(await evaluated('[t.x, t.v, -t.y]', rows, 'x [4] over T'), [
    [1, 1, 2, -3, 2, 3, 4, -5],
    [],
    [4, 5, 6, -8],
  ])
  assert.deepEqual(await evaluated('t.v * t.x', rows, 'x [2] over T'), [[1, 2, 6, 8], [], [20, 24]])
  assert.deepEqual(await evaluated('[t.x]', rows, 'x [1] over T'), [[1, 2], [], [4]])
})

// What is asked for in a positive number x, and how far from it the arithmetic may lead.
for (const chain of ['standardize(log1p(t.x))', 'minmax(log(t.x))', 'sqrt(t.x / 3 + 1)', 'truncated(1 / t.x, 99)']) {
  test(`inverse undoes ${chain} of sequences, through JSON`, async () => {
    const element = fc.tuple(...[1, 2].map(() => fc.double({ min: 0.01, max: 1000, noNaN: true })))
    const lists = fc.array(fc.array(element, { maxLength: 5 }), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(
        lists.filter(rows => rows.some(row => row.length > 0)),
        async rows => {
          const data = `t = jsonl("a.jsonl")\nx = ${chain}`
          const { train, fitted } = await load({ inputs: ['x [2] over T'], data, files: { 'a.jsonl': rowsOf(rows) } })
          const stored = parseFitted(JSON.parse(JSON.stringify(fitted)))
          assert.ok(stored)
          for (const [i, read] of values(train, 'x').entries()) {
            const back = inverse(stored, 'x', read)
            assert.equal(back.length, rows[i].length * 2)
            for (const [k, value] of rows[i].flat().entries()) assert.ok(Math.abs(Number(back[k]) - value) <= 1e-6)
            assert.deepEqual([...transform(stored, 'x', rows[i].flat())], read)
          }
        },
      ),
      { numRuns: 50 },
    )
  })
}

const lists = fc.array(fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 7 }), { minLength: 1, maxLength: 5 })
const size = fc.integer({ min: 1, max: 8 })

test('truncated keeps the last n elements, or the first with "post"', async () => {
  await fc.assert(
    fc.asyncProperty(lists, size, async (xs, n) => {
      const rows = xs.map(x => ({ x, v: x.map(e => [e, e + 100]) }))
      const last = xs.map(x => x.slice(Math.max(0, x.length - n)))
      assert.deepEqual(await evaluated(`truncated(t.x, ${n})`, rows), last)
      assert.deepEqual(await evaluated(`truncated(t.x, n = ${n}, side = "pre")`, rows), last)
      assert.deepEqual(
        await evaluated(`t.x |> truncated(${n}, "post")`, rows),
        xs.map(x => x.slice(0, n)),
      )
      const pairs = last.map(x => x.flatMap(e => [e, e + 100]))
      assert.deepEqual(await evaluated(`truncated(t.v, ${n})`, rows, 'x [2] over T'), pairs)
    }),
    { numRuns: 40 },
  )
})

test('padded puts zeros in front, or behind with "post", up to the length of a fixed axis', async () => {
  await fc.assert(
    fc.asyncProperty(lists, size, async (xs, n) => {
      const rows = xs.map(x => ({ x }))
      const zeros = (x: readonly number[]): number[] => new Array(Math.max(0, n - x.length)).fill(0)
      const input = `x over T[${n}]`
      const last = xs.map(x => x.slice(Math.max(0, x.length - n)))
      assert.deepEqual(
        await evaluated(`padded(truncated(t.x, ${n}), ${n})`, rows, input),
        last.map(x => [...zeros(x), ...x]),
      )
      assert.deepEqual(
        await evaluated(`truncated(t.x, ${n}) |> padded(${n}, side = "post")`, rows, input),
        last.map(x => [...x, ...zeros(x)]),
      )
    }),
    { numRuns: 40 },
  )
})

test('zeros are put into what is there: after scaling they are its zeros, before they are data', async () => {
  const rows = [{ x: [3] }, { x: [1, 5] }]
  assert.deepEqual(await evaluated('padded(t.x - 3, 2)', rows, 'x over T[N]'), [
    [0, 0],
    [-2, 2],
  ])
  assert.deepEqual(await evaluated('padded(t.x, 2) - 3', rows, 'x over T[N]'), [
    [-3, 0],
    [-2, 2],
  ])
  assert.deepEqual(await evaluated('padded([t.x, t.x], 2)', rows, 'x [2] over T[2]'), [
    [0, 0, 3, 3],
    [1, 1, 5, 5],
  ])
})

test('a free length of a fixed axis is bound by sequences of one length', async () => {
  const data = 'x = jsonl("a.jsonl").x'
  const { sizes } = await load({
    inputs: ['x over T[N]'],
    data,
    files: {
      'a.jsonl': rowsOf([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    },
  })
  assert.deepEqual(sizes, { N: 3 })
})

const table = jsonl([
  { x: [1, 2], y: [3, 4], n: 5, v: [[1, 2]] },
  {
    x: [0],
    y: [5, 6],
    n: 6,
    v: [
      [3, 4],
      [5, 6],
    ],
  },
])

const bad: Record<string, { code: Code; says: RegExp; x: string; input?: string; more?: string }> = {
  'two lengths over one axis': {
    code: 'RNN402',
    says: /`x` and `y` are both over T, but in example 2 one has 1 elements and the other 2/,
    x: 't.x\ny = t.y',
  },
  'two lengths in the second part': {
    code: 'RNN402',
    says: /in example 2 one has 1/,
    x: 't.x\ny = t.y\nsplit = ordered(0.5, 0.5)',
  },
  'lists for a scalar': {
    code: 'RNN411',
    says: /`x` is declared as real, but its data is real over an axis of different lengths/,
    x: 't.x',
    input: 'x',
  },
  'lists of vectors for numbers': { code: 'RNN411', says: /real over T, but its data is \[2\] over/, x: 't.v' },
  'vectors of another width': {
    code: 'RNN411',
    says: /\[3\] over T, but its data is \[2\] over/,
    x: 't.v',
    input: 'x [3] over T',
  },
  'scalars for a sequence': { code: 'RNN411', says: /real over T, but its data is real$/m, x: 't.n' },
  'many lengths for a fixed axis': {
    code: 'RNN411',
    says: /real over T\[2\], but its data is real over an axis of different lengths\n`padded\(x, n\)`/,
    x: 't.x',
    input: 'x over T[2]',
  },
  'padded to another length': {
    code: 'RNN411',
    says: /real over T\[2\], but its data is real over an axis of 3/,
    x: 'padded(t.x, 3)',
    input: 'x over T[2]',
  },
  'a fraction as a token': {
    code: 'RNN412',
    says: /1\.5 is not a token of/,
    x: 't.x + 0.5',
    input: 'x token of V over T',
  },
  'a token out of range': { code: 'RNN412', says: /2 is not a token of 2/, x: 't.x', input: 'x token of 2 over T' },
  'too long to be padded': {
    code: 'RNN425',
    says: /row 1 of `x` has 2 elements, but `padded` pads to 1\nshorten it first: `truncated\(…, 1\)`/,
    x: 'padded(t.x, 1)',
  },
  'another side': {
    code: 'RNN231',
    says: /`side` must be "pre" or "post", not the text "left"/,
    x: 'truncated(t.x, 1, "left")',
  },
  'a number as a side': {
    code: 'RNN231',
    says: /`side` must be "pre" or "post", not the number 1/,
    x: 'padded(t.x, 2, 1)',
  },
  'no length': {
    code: 'RNN230',
    says: /`n` must be a whole number of at least 1; it is the number 0/,
    x: 'truncated(t.x, 0)',
  },
  'half a length': {
    code: 'RNN230',
    says: /`n` must be a whole number of at least 1; it is the number 1\.5/,
    x: 'padded(t.x, 1.5)',
  },
  'truncated numbers': {
    code: 'RNN422',
    says: /`truncated` takes sequences, .*; this is the column `n`/,
    x: 'truncated(t.n, 1)',
  },
  'padded windows': {
    code: 'RNN422',
    says: /`padded` takes sequences, .*; this is `\.past` of windows/,
    x: 'padded(windows(t.n, 1).past, 1)',
  },
  'padded classes': {
    code: 'RNN422',
    says: /sequences of numbers; this is sequences of classes/,
    x: 'padded(classes(t.x), 2)',
  },
  'truncated without a length': { code: 'RNN209', says: /`truncated` needs `n`/, x: 'truncated(t.x)' },
  'windows of sequences': {
    code: 'RNN422',
    says: /`windows` takes a series; this is sequences of numbers/,
    x: 'windows(t.x, 1).past',
  },
  'sequences of other lengths': {
    code: 'RNN423',
    says: /in `-`, row 2 of `x` has 1 element, but that of `y` has 2 elements/,
    x: 't.x - t.y',
  },
  'joined sequences of other lengths': { code: 'RNN423', says: /in `\[…\]`, row 2 of `x`/, x: '[t.x, t.y]' },
  'a sequence and a number of each row': {
    code: 'RNN422',
    says: /`-` takes sequences of numbers, like the first; this is a series/,
    x: 't.x - t.n',
  },
  'items of other widths': {
    code: 'RNN203',
    says: /sequences of \[2\].*sequences of \[4\]/s,
    x: 't.v + [t.v, t.v]',
  },
  'arithmetic with classes': { code: 'RNN422', says: /sequences of classes/, x: 'classes(t.x) + 1' },
  'classes of vectors': { code: 'RNN422', says: /takes a column; this is sequences of \[2\]/, x: 'classes(t.v)' },
  'a logarithm of zero': { code: 'RNN424', says: /-Infinity, from 0 in element 1 of row 2 of `x`/, x: 'log(t.x)' },
  'a quotient by zero': { code: 'RNN424', says: /NaN in element 1 of row 2/, x: 't.x / t.x' },
  'no element to fit': {
    code: 'RNN405',
    says: /each sequence of `x` in the training part is empty/,
    x: 'minmax(truncated(e.x, 3))\nsplit = ordered(0.5, 0.5)',
  },
  'a split of sequences': {
    code: 'RNN231',
    says: /`split` must be .*, not sequences of numbers/,
    x: 't.x\nsplit = t.x',
  },
}
for (const [what, { code, says, x, input = 'x over T' }] of Object.entries(bad)) {
  test(`${what} is ${code}, at its place`, async () => {
    const inputs = x.includes('\ny =') ? [input, 'y over T'] : [input]
    const files = { 'a.jsonl': table, 'e.jsonl': rowsOf([[], [1]]) }
    const data = `t = jsonl("a.jsonl")\ne = jsonl("e.jsonl")\nx = ${x}`
    const found = await failing(code, () => load({ inputs, data, files }))
    assert.match(`${found.message}\n${found.help ?? ''}`, says)
    assert.ok(found.span, 'it has a place')
  })
}

// Lists in lists of JSON Lines, as deep as the axes of what they feed: words of characters, days of hours, and items below.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { fromArrays, type Nested } from '../../runtime/data/arrays.ts'
import type { Part } from '../../runtime/data/example.ts'
import { loadInputs } from '../../runtime/data/loadData.ts'
import { dataBlock, failing, learned, load, readTexts, signature } from './support.ts'

const jsonl = (xs: readonly unknown[]): string => xs.map(x => `${JSON.stringify({ x })}\n`).join('')

const examplesOf = (part: Part, name = 'x') =>
  part.ports[name].map(({ values, lengths }) => ({ values: [...values], lengths: lengths.map(l => Array.from(l)) }))

/** What `x = …` feeds. */
async function read(input: string, xs: readonly unknown[], x = 't.x') {
  const { train } = await load({ inputs: [input], data: `t = jsonl("a")\nx = ${x}`, files: { a: jsonl(xs) } })
  return examplesOf(train)
}

/** Lists `depth` deep, in which some are empty. */
const nested = (depth: number, leaf: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  depth === 0 ? leaf : fc.array(nested(depth - 1, leaf), { maxLength: 3 })

describe('lists in lists', () => {
  const number = fc.integer({ min: -9, max: 9 })
  for (const [input, depth, leaf] of [
    ['x over A', 1, number],
    ['x over A over C', 2, number],
    ['x over A over C over E', 3, number],
    ['x [2] over A', 1, fc.tuple(number, number)],
    ['x [2] over A over C', 2, fc.tuple(number, number)],
  ] as const) {
    it(`feed \`${input}\` as arrays of a program do`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(nested(depth, leaf), { minLength: 1, maxLength: 4 }), async xs => {
          const arrays: Record<string, Nested[]> = { x: JSON.parse(JSON.stringify(xs)) }
          const expected = fromArrays(signature([input]), arrays, { sizes: {} })
          assert.deepEqual(await read(input, xs), examplesOf(expected.part))
        }),
        { numRuns: 60 },
      )
    })
  }

  it('are the items of what has no axis', async () => {
    const xs = [
      [1, 10],
      [3, 30],
    ]
    for (const input of ['x [2]', 'x [D]']) {
      assert.deepEqual(await read(input, xs), [
        { values: [1, 10], lengths: [] },
        { values: [3, 30], lengths: [] },
      ])
      // Each component is scaled by itself.
      assert.deepEqual((await read(input, xs, 'minmax(t.x)'))[1].values, [1, 1])
      assert.deepEqual((await read(input, xs, '2 * t.x'))[1].values, [6, 60])
    }
    assert.deepEqual((await read('x [4]', xs, '[t.x, t.x]'))[0].values, [1, 10, 1, 10])
    const wrong = (input: string, rows: readonly unknown[]) => failing('RNN411', () => read(input, rows))
    assert.match((await wrong('x [3]', xs)).message, /declared as \[3\], but its data is \[2\]/)
    assert.match((await wrong('x', xs)).message, /declared as real, but its data is \[2\]/)
    assert.match((await wrong('x [2]', [[1, 2], [3]])).message, /data is real over an axis of different lengths/)
    assert.match((await wrong('x [2]', [[], []])).message, /over an axis of 0/)
    const { message } = await failing('RNN417', () =>
      read(
        'x [2]',
        [
          [1, 2],
          [1e308, 3],
          [2, 4],
        ],
        'standardize(t.x)',
      ),
    )
    assert.match(message, /a, line 2, column `x`/)
  })

  it('are axes also where they happen to be of one width', async () => {
    const xs = [
      [
        [1, 2],
        [3, 4],
      ],
      [[5, 6]],
    ]
    assert.deepEqual(await read('x over A over C', xs), [
      { values: [1, 2, 3, 4], lengths: [[2], [2, 2]] },
      { values: [5, 6], lengths: [[1], [2]] },
    ])
    assert.deepEqual(await read('x [D] over A', xs), [
      { values: [1, 2, 3, 4], lengths: [[2]] },
      { values: [5, 6], lengths: [[1]] },
    ])
    assert.deepEqual(await read('x over A over C[2]', xs), await read('x over A over C', xs))
  })

  it('are acted on element by element, and fitted as one', async () => {
    const xs = [[[1, 2], [3]], [], [[], [5]]]
    const lengths = [
      [[2], [2, 1]],
      [[0], []],
      [[2], [0, 1]],
    ]
    const values = async (x: string) => {
      const found = await read('x over A over C', xs, x)
      assert.deepEqual(
        found.map(e => e.lengths),
        lengths,
      )
      return found.map(e => e.values)
    }
    assert.deepEqual(await values('t.x * 2 - 1'), [[1, 3, 5], [], [9]])
    assert.deepEqual(await values('t.x - t.x / 2'), [[0.5, 1, 1.5], [], [2.5]])
    assert.deepEqual(await values('minmax(t.x)'), [[0, 0.25, 0.5], [], [1]])
    assert.deepEqual(await read('x [2] over A over C', xs, '[t.x, -t.x]'), [
      { values: [1, -1, 2, -2, 3, -3], lengths: [[2], [2, 1]] },
      { values: [], lengths: [[0], []] },
      { values: [5, -5], lengths: [[2], [0, 1]] },
    ])
    // One scale for all, though these lists have one width.
    const even = [
      [
        [0, 4],
        [2, 8],
      ],
    ]
    assert.deepEqual((await read('x over A over C', even, 'minmax(t.x)'))[0].values, [0, 0.5, 0.25, 1])
    assert.deepEqual((await read('x [D] over A', even, 'minmax(t.x)'))[0].values, [0, 0, 1, 1])
  })

  it('have labels as elements', async () => {
    const xs = [[[30, 9], [10]], [[9]]]
    const one = { inputs: ['x class of K over A over C'], data: 'x = classes(jsonl("a").x)', files: { a: jsonl(xs) } }
    const { train, sizes } = await load(one)
    assert.deepEqual([examplesOf(train).map(e => e.values), sizes], [[[2, 0, 1], [0]], { K: 3 }])
    const even = await load({
      ...one,
      files: {
        a: jsonl([
          [
            [30, 9],
            [10, 9],
          ],
        ]),
      },
    })
    assert.deepEqual(examplesOf(even.train), [{ values: [2, 0, 1, 0], lengths: [[2], [2, 2]] }])
  })

  it('are cut and padded by the outermost', async () => {
    const xs = [[[1, 2], [], [3]], [], [[4], [5, 6]]]
    assert.deepEqual(await read('x over A over C', xs, 'truncated(t.x, 2)'), [
      { values: [3], lengths: [[2], [0, 1]] },
      { values: [], lengths: [[0], []] },
      { values: [4, 5, 6], lengths: [[2], [1, 2]] },
    ])
    assert.deepEqual(await read('x over A over C', xs, 'truncated(t.x, 1, "post")'), [
      { values: [1, 2], lengths: [[1], [2]] },
      { values: [], lengths: [[0], []] },
      { values: [4], lengths: [[1], [1]] },
    ])
    assert.deepEqual(await read('x over A[3] over C', xs, 'padded(t.x, 3)'), [
      { values: [1, 2, 3], lengths: [[3], [2, 0, 1]] },
      { values: [], lengths: [[3], [0, 0, 0]] },
      { values: [4, 5, 6], lengths: [[3], [0, 1, 2]] },
    ])
    const post = await read('x over A[3] over C', xs, 'padded(t.x, 3, side = "post")')
    assert.deepEqual(post[2], { values: [4, 5, 6], lengths: [[3], [1, 2, 0]] })
  })

  it('of another depth are refused, with the line where one is', async () => {
    const wrong = async (input: string, xs: readonly unknown[], code: 'RNN410' | 'RNN411') =>
      (await failing(code, () => read(input, xs))).message
    assert.match(await wrong('x over A over C', [[1, 2]], 'RNN411'), /over A over C, but its data is real over an axis/)
    assert.match(await wrong('x over A', [[[1, 2]], [[3]]], 'RNN410'), /line 2 has a list of 1 in element 1 of `x`/)
    assert.match(
      await wrong('x [D] over A over C', [[[[1, 2]], [[3, 4], [5]]]], 'RNN410'),
      /line 1 has a list of 1 in element 2, 2 of `x`, but line 1 begins with a list of 2/,
    )
    assert.match(
      await wrong('x over A over C', [[[1]], [[2], 3]], 'RNN410'),
      /line 2 has a number in element 2 of `x`, but line 1 begins with a list of 1/,
    )
    assert.match(
      await wrong('x over A over C', [[[1]], [[[2]]]], 'RNN410'),
      /line 2 has a list of 1 in element 1, 1 of `x`, but line 1 begins with a number/,
    )
    let deep: unknown = 1
    for (let i = 0; i < 2000; i++) deep = [deep]
    assert.match(await wrong('x over A', [deep], 'RNN410'), /line 1 has lists more than \d+ deep/)
  })

  it('of new data may show less than those of training', async () => {
    const data = 'x = standardize(jsonl("a").x)'
    const { fitted } = await load({ inputs: ['x over A over C'], data, files: { a: jsonl([[[1, 2], [3]]]) } })
    for (const xs of [
      [[]],
      [[[]]],
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      [[[5]]],
    ]) {
      const options = { read: readTexts({ a: jsonl(xs) }), fitted }
      const { part } = await loadInputs(dataBlock(data), signature(['x over A over C']), options)
      assert.equal(part.count, 1)
    }
    const items = await load({
      inputs: ['x [2] over A'],
      data,
      files: {
        a: jsonl([
          [
            [1, 2],
            [3, 5],
          ],
        ]),
      },
    })
    const options = { read: readTexts({ a: jsonl([[[1, 2, 3]]]) }), fitted: items.fitted }
    const { message } = await failing('RNN501', () => loadInputs(dataBlock(data), signature(['x [D] over A']), options))
    assert.match(message, /`x` has 3 columns, but training scaled 2/)
  })

  it('train a model of characters in words, and are what it is asked with', async () => {
    const source = `model Words {
  input chars: token of V over W over C
  target kind: class of K
  part inWord = GRU(4), inText = GRU(4)
  words = last(inWord(chars |> embedding(4), over C), over C)
  p = inText(words) |> last |> dense(K, softmax)
  loss cross_entropy(p, kind)
  predict kind from p
}
data d for Words { t = jsonl("d"); chars = t.chars; kind = classes(t.kind) }
train Words on d { optimizer = Adam(0.03); epochs = 120; batch = 3; seed = 1 }`
    const rows = [
      { chars: [[1, 2], [3]], kind: 'a' },
      { chars: [[0], [1, 1, 2], [2]], kind: 'b' },
      { chars: [[3, 3, 3, 3]], kind: 'a' },
    ]
    const { examples, data } = await learned(source, { d: rows.map(r => `${JSON.stringify(r)}\n`).join('') })
    assert.deepEqual(
      examples,
      rows.map(({ kind }) => ({ kind })),
    )
    assert.equal(data.sizes.V, 4)
  })
})

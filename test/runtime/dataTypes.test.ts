// Types on the equations of a data block, and components of items by number.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { checkData } from '../../runtime/data/checkData.ts'
import { inverse } from '../../runtime/data/fitted.ts'
import type { LoadedData } from '../../runtime/data/loadData.ts'
import { type Case, dataBlock, failing, load, signature } from './support.ts'

const values = ({ train }: LoadedData, port = 'x'): number[][] => train.ports[port].map(({ values }) => [...values])

const json = (...rows: readonly unknown[]): string => rows.map(row => `${JSON.stringify(row)}\n`).join('')

const sounds = json(
  {
    s: [
      [1, 2, 3],
      [4, 5, 6],
    ],
    v: [7, 8],
    id: 'a',
  },
  { s: [[9, 10, 11]], v: [0, 2], id: 'b' },
)

const sound = (port: string, data: string, more: Partial<Case> = {}) =>
  load({ inputs: [port], data, files: { 'a.jsonl': sounds }, ...more })

describe('places in `[…]`', () => {
  it('take one component, or a range, of each item', async () => {
    assert.deepEqual(values(await sound('x over T', 'x = jsonl("a.jsonl").s[1]')), [[2, 5], [10]])
    assert.deepEqual(values(await sound('x [2] over T', 'x = jsonl("a.jsonl").s[1:]')), [
      [2, 3, 5, 6],
      [10, 11],
    ])
    assert.deepEqual(values(await sound('x [1] over T', 'x = jsonl("a.jsonl").s[:1]')), [[1, 4], [9]])
    assert.deepEqual(values(await sound('x', 'x = jsonl("a.jsonl").v[1]')), [[8], [2]])
    const joined = await sound('x [3] over T', 's = jsonl("a.jsonl").s; k = 2; x = [s[k], s[k - 2:k]]')
    assert.deepEqual(values(joined), [
      [3, 1, 2, 6, 4, 5],
      [11, 9, 10],
    ])
  })

  it('keep the scaling of each component, so that answers are in its units', async () => {
    const files = { 'a.csv': 'a,b\n0,10\n2,30\n4,20\n' }
    const data = await load({ inputs: ['x'], data: 't = csv("a.csv"); x = minmax([t.a, t.b])[1]', files })
    assert.deepEqual(values(data), [[0], [1], [0.5]])
    assert.deepEqual(inverse(data.fitted, 'x', [0, 0.5]), [10, 20])
    const w = await load({
      inputs: ['x over T[2]'],
      data: 't = csv("a.csv"); x = windows([t.a, t.b], 2).past[0]',
      files,
    })
    assert.deepEqual(values(w), [[0, 2]])
    const standard = 't = csv("a.csv"); x = standardize([t.a, t.b][1] / 10)'
    assert.deepEqual(inverse((await load({ inputs: ['x'], data: standard, files })).fitted, 'x', [0]), [20])
  })

  it('name their labels', async () => {
    const files = { 'a.jsonl': json({ p: ['a', 'b'] }, { p: ['c', 'a'] }) }
    const data = await load({ inputs: ['x class of K'], data: 'p = jsonl("a.jsonl").p; x = classes(p[1])', files })
    assert.deepEqual(values(data), [[1], [0]])
  })

  it('keep the digits of a number', async () => {
    const files = { 'a.jsonl': '{"p": [1, 12345678901234567, 2]}\n{"p": [1, 3, 4]}\n' }
    await failing('RNN404', () => load({ inputs: ['x'], data: 'x = jsonl("a.jsonl").p[1]', files }))
    assert.deepEqual(values(await load({ inputs: ['x'], data: 'x = jsonl("a.jsonl").p[2]', files })), [[2], [4]])
  })

  it('are inside the item', async () => {
    const found = await failing('RNN217', () => sound('x over T', 'x = jsonl("a.jsonl").s[3]'))
    assert.match(found.message, /`3` is not a valid index of \[3\]/)
    for (const place of ['-1', '2:1', ':4', '0, 0'])
      await failing('RNN217', () => sound('x over T', `x = jsonl("a.jsonl").s[${place}]`))
    await failing('RNN217', () => load({ inputs: ['x'], data: 'x = csv("a.csv").a[0]', files: { 'a.csv': 'a\n1\n' } }))
    await failing('RNN207', () => sound('x over T', 'x = jsonl("a.jsonl").s[0.5]'))
    await failing('RNN422', () => sound('x over T', 'x = jsonl("a.jsonl")[0]'))
  })

  it('may be any where `check` sees no rows', async () => {
    const block = dataBlock('x = jsonl("a.jsonl").s[11]; y = jsonl("a.jsonl").v[2:5]')
    assert.deepEqual(await checkData(block, { signature: signature(['x over T', 'y [3]']) }), [])
  })
})

describe('types of equations', () => {
  it('that hold change nothing', async () => {
    const data = 't = jsonl("a.jsonl"); s: [3] over T = t.s; x: [D] over T = s[1:]; k: class of K = classes(t.id)'
    const loaded = await sound('x [D] over T', data, { targets: ['k class of K'] })
    assert.deepEqual(loaded.sizes, { D: 2, K: 2 })
  })

  it('are checked', async () => {
    const cases = [
      [
        'x: [4] over T = jsonl("a.jsonl").s',
        /`x` is declared as \[4\] over T, but its value is \[3\] over an axis of different lengths/,
      ],
      ['x: real over T = jsonl("a.jsonl").s', /`x` is declared as real over T/],
      ['s: [2] = jsonl("a.jsonl").v; x = s[0]', undefined],
      ['s: [D] = jsonl("a.jsonl").v; r: [D] over T = jsonl("a.jsonl").s; x = r[0]', /declared as/],
    ] as const
    for (const [data, message] of cases) {
      const port = data.startsWith('s: [2]') ? 'x' : 'x over T'
      if (message === undefined) await sound(port, data)
      else {
        const found = await failing('RNN204', () => sound(port, data))
        assert.match(found.message, message)
        assert.ok(found.span)
      }
    }
    const files = { 'a.csv': 'a\n1\n2.5\n3\n' }
    const csv = (data: string, port = 'x') => load({ inputs: [port], data, files })
    await failing('RNN204', () => csv('x: real over T[3] = windows(csv("a.csv").a, 2).past', 'x over T[N]'))
    await failing('RNN412', () => csv('x: int = csv("a.csv").a'))
    await failing('RNN404', () => csv('b: bool = csv("a.csv").a; x = b * 1'))
    await failing('RNN106', () => csv('x: P = csv("a.csv").a'))
    await failing('RNN207', () => csv('x: [0.5] = csv("a.csv").a'))
  })

  it('say how deep the lists of an equation are that feeds nothing by itself', async () => {
    const data = 's: [2] = jsonl("a.jsonl").v; x = windows(s, 1).past'
    assert.deepEqual(values(await sound('x [2] over T[1]', data)), [[7, 8]])
    // The elements of windows have no axes, and need no type.
    assert.deepEqual(values(await sound('x [2] over T[1]', data.replace(': [2]', ''))), [[7, 8]])
    await failing('RNN422', () => sound('x [2] over T[1]', data.replace(': [2]', ': real over T')))
    const text = { 'a.csv': 't\nthe cat\na dog\n' }
    const words = 'w: token of V over T = words(csv("a.csv").t); x = truncated(w, 1)'
    assert.deepEqual(values(await load({ inputs: ['x token of V over T'], data: words, files: text })), [[2], [4]])
  })

  it('are checked in a prediction, but not those of targets', async () => {
    const data = 't = csv("a.csv"); x: real = t.a; y: real = t.b'
    const files = { 'a.csv': 'a,b\n1,2\n3,4\n' }
    await load({ inputs: ['x'], targets: ['y'], data, files })
  })

  it('are checked without rows as far as they tell', async () => {
    const found = async (data: string, port: string): Promise<string[]> =>
      (await checkData(dataBlock(data), { signature: signature([port]) })).map(d => d.code)
    assert.deepEqual(await found('x: [3] = [csv("a.csv").a, csv("a.csv").b]', 'x [2]'), ['RNN204'])
    assert.deepEqual(await found('x: real over T[3] = windows(csv("a.csv").a, 2).past', 'x over T[2]'), ['RNN204'])
    assert.deepEqual(await found('x: [2] over T = jsonl("a.jsonl").a', 'x [2] over T'), [])
  })
})

describe('lists', () => {
  it('are as deep as the axes of what they feed', async () => {
    const files = { 'a.jsonl': json({ x: [[[1, 2], [3]], [[4]]] }, { x: [[[5, 6]]] }, { x: [] }) }
    const { train } = await load({ inputs: ['x over R over S over T'], data: 'x = jsonl("a.jsonl").x', files })
    assert.deepEqual(
      train.ports.x.map(({ lengths }) => lengths),
      [
        [[2], [2, 1], [2, 1, 1]],
        [[1], [1], [2]],
        [[0], [], []],
      ],
    )
    const texts = { 'a.jsonl': json({ x: [['ab', 'c'], ['a']] }, { x: [[]] }) }
    const chars = await load({
      inputs: ['x token of V over R over S over T'],
      data: 'x = chars(jsonl("a.jsonl").x)',
      files: texts,
    })
    assert.deepEqual(values(chars), [[1, 2, 3, 1], []])
    assert.deepEqual(chars.train.ports.x.at(0).lengths, [[2], [2, 1], [2, 1, 1]])
  })
})

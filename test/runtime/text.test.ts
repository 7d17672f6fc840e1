// `text` and `streams`: one long sequence, cut by time and then into rows.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import type { LoadedData, LoadOptions } from '../../runtime/data/loadData.ts'
import type { FileSet } from '../../runtime/data/sources.ts'
import { type Case, failing, load } from './support.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Loads a text as tokens over T. */
const tokens = (equations: string, text: string, more: Partial<Case> = {}, options: Partial<LoadOptions> = {}) =>
  load({ targets: ['x token of V over T'], data: equations, files: { 'a.txt': text }, ...more }, options)

const vocabulary = ({ fitted }: LoadedData, call = 'x.chars') => {
  const encoding = fitted.calls[call]
  assert.equal(encoding.kind, 'tokens')
  return encoding.tokens
}

const codes = (data: LoadedData, part: 'train' | 'validation' | 'test' = 'train'): number[][] =>
  data[part]?.ports.x.map(({ values }) => [...values]) ?? []

const written = (data: LoadedData, part: 'train' | 'validation' | 'test' = 'train', call = 'x.chars'): string[] =>
  codes(data, part).map(row => row.map(code => vocabulary(data, call)[code]).join(call === 'x.words' ? ' ' : ''))

describe('streams of characters', () => {
  it('are rows of a text whose lengths differ by one at most', async () => {
    const data = await tokens('x = streams(chars(text("a.txt")), 3)', 'abcabcab\nb')
    assert.deepEqual(written(data), ['abc', 'abc', 'ab\nb'])
    assert.deepEqual(vocabulary(data), ['', 'b', 'a', 'c', '\n'])
    assert.equal(data.sizes.V, 5)
    assert.deepEqual(
      data.train.ports.x.map(({ lengths }) => lengths),
      [[[3]], [[3]], [[4]]],
    )
    assert.ok(data.train.ports.x.at(0).values instanceof Int32Array)
  })

  it('are cut inside each part of the split, which is cut by time', async () => {
    const data = await tokens('x = streams(chars(text("a.txt")), 2); split = ordered(0.5, 0.2, 0.3)', 'abababbaba')
    assert.deepEqual(written(data), ['ab', 'aba'])
    assert.deepEqual(written(data, 'validation'), ['b', 'b'])
    assert.deepEqual(written(data, 'test'), ['a', 'ba'])
  })

  it('are of code points, whatever the pieces of the file', async () => {
    const text = 'é漢🙂👩‍👩‍👧e\u0301\r\n'.repeat(3)
    const all = bytes(`\uFEFF${text}`)
    for (const size of [1, 2, 3, 5, all.length]) {
      async function* read() {
        const place = new Uint8Array(size)
        for (let at = 0; at < all.length; at += size) {
          const piece = all.subarray(at, at + size)
          place.set(piece)
          // Its place is used again.
          yield place.subarray(0, piece.length)
        }
      }
      const data = await tokens('x = streams(chars(text("a.txt")), 1)', '', {}, { read })
      assert.equal(written(data)[0], text)
      assert.equal(codes(data)[0].length, [...text].length)
    }
  })

  it('lose case as a whole text does, and what is left out', async () => {
    const text = 'ΟΔΟΣ ΟΔΟΣΑ xΣ'
    async function* read() {
      for (const byte of bytes(text)) yield Uint8Array.of(byte)
    }
    const data = await tokens('x = streams(chars(text("a.txt"), lower = true, filters = "xα"), 1)', '', {}, { read })
    assert.equal(written(data)[0], [...text.toLowerCase()].filter(c => !'xα'.includes(c)).join(''))
  })

  it('take several texts, one behind the other, each with its start and end', async () => {
    const files = (set: Readonly<Record<string, string>>): FileSet => ({
      what: 'a folder',
      files: Object.entries(set).map(([path, text]) => ({ path, read: () => bytes(text) })),
    })
    const read = () => files({ 'texts/a': 'ab', 'texts/b': '', 'texts/c': 'c' })
    const data = await tokens('x = streams(chars(text("texts"), start = "<", end = ">"), 1)', '', {}, { read })
    assert.deepEqual(written(data), ['<ab><><c>'])
    assert.deepEqual(vocabulary(data), ['', '<', '>', 'a', 'b', 'c'])
    const empty = () => tokens('x = streams(chars(text("texts")), 1)', '', {}, { read: () => files({}) })
    assert.match((await failing('RNN406', empty)).message, /`texts`: it contains no file/)
    const table = () =>
      load({ inputs: ['x'], data: 'x = csv("texts").x', files: {} }, { read: () => files({ 'texts/a': 'x\n1\n' }) })
    assert.match((await failing('RNN406', table)).message, /`texts`: it is a folder, but a table is read from one file/)
  })

  it('know the characters of the training part alone', async () => {
    const more = 'split = ordered(0.5, 0.5)'
    const found = await failing('RNN430', () =>
      tokens(`x = streams(chars(text("a.txt")), 1); ${more}`, 'ab\nab\n\nazq'),
    )
    assert.match(found.message, /`z` is not in the vocabulary of `a.txt`: a.txt, line 4/)
    const unknown = `x = streams(chars(text("a.txt"), unknown = "?"), 1); ${more}`
    const data = await tokens(unknown, 'ab\nab\n\nazq')
    assert.deepEqual(written(data, 'test'), ['\n\na??'])
    const fitted = data.fitted
    assert.deepEqual(written(await tokens(unknown, 'zabz', {}, { fitted })), ['?a'])
  })

  it('leave no token out, as each has its place in the text', async () => {
    const found = await failing('RNN231', () => tokens('x = streams(chars(text("a.txt"), unknown = ""), 1)', 'ab'))
    assert.match(found.message, /no token of a long text/)
    const limited = await failing('RNN430', () => tokens('x = streams(chars(text("a.txt"), limit = 2), 1)', 'aab'))
    assert.match(limited.message, /`b` is not in the vocabulary of `a.txt`: a.txt, line 1/)
    assert.match(limited.help ?? '', /unknown = "\?"/)
  })

  it('are no longer than their text', async () => {
    const found = await failing('RNN431', () =>
      tokens('x = streams(chars(text("a.txt")), 4); split = ordered(0.5, 0.5)', 'ababab'),
    )
    assert.match(found.message, /4 streams.*the train part.*3/)
    await failing('RNN230', () => tokens('x = streams(chars(text("a.txt")), 0)', 'ab'))
    await failing('RNN405', () => tokens('x = streams(chars(text("a.txt")), 1)', ''))
    await failing('RNN426', () => tokens('x = streams(chars(text("a.txt")), 1); split = shuffled(0.5, 0.5)', 'abab'))
  })

  it('are of a text in UTF-8, and errors say where it is none', async () => {
    const read = (...values: readonly number[]) => ({ read: () => Uint8Array.from(values) })
    const cases = [
      [[97, 10, 98, 0xff, 97], /line 2 is not UTF-8 text: the byte at offset 3 is 0xFF/],
      [[97, 0xe2, 0x82], /line 1 is not UTF-8 text: the byte at offset 1 is 0xE2/],
      [[0xff, 0xfe, 97, 0], /it is UTF-16, and not UTF-8 text/],
      [[97, 10, 0, 98], /line 2 contains a NUL/],
      [[13, 10, 13, 0], /line 3 contains a NUL/],
      [[...bytes('PK\x03\x04'), 0xff], /it is a zip archive/],
    ] as const
    for (const [values, message] of cases) {
      for (const call of ['chars', 'words']) {
        const run = () => tokens(`x = streams(${call}(text("a.txt")), 1)`, '', {}, read(...values))
        const found = await failing('RNN410', run)
        assert.match(found.message, message)
        assert.ok(found.span !== undefined)
      }
    }
  })

  it('of a text of two parts are of one kind with what stands beside them', async () => {
    const data = 'y = streams(csv("b.csv").x, 2); x = streams(chars(text("a.txt")), 2)'
    const files = { 'a.txt': 'abcd', 'b.csv': 'x\n1\n2\n3\n4\n' }
    const loaded = await load({ inputs: ['y over T'], targets: ['x token of V over T'], data, files })
    assert.deepEqual(
      loaded.train.ports.y.map(({ values }) => [...values]),
      [
        [1, 2],
        [3, 4],
      ],
    )
    const other = data.replace('.x, 2', '.x, 4')
    const run = () => load({ inputs: ['y over T'], targets: ['x token of V over T'], data: other, files })
    assert.match((await failing('RNN423', run)).message, /4 examples.*2 examples/)
  })
})

describe('streams of words', () => {
  it('are cut as in one text, whatever the pieces', async () => {
    const text = 'The cat, the dog\r\nsleeps.\n\n the\u3000End of the cat'
    for (const size of [1, 7, 100]) {
      async function* read() {
        const all = bytes(text)
        for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size)
      }
      const data = await tokens('x = streams(words(text("a.txt")), 2)', '', {}, { read })
      assert.deepEqual(written(data, 'train', 'x.words'), ['the cat the dog sleeps', 'the end of the cat'])
    }
  })

  it('tell the line of a word that is not known', async () => {
    const found = await failing('RNN430', () =>
      tokens('x = streams(words(text("a.txt")), 1); split = ordered(0.5, 0.5)', 'a b\r\na b\r\na\rb new a b'),
    )
    assert.match(found.message, /`new` is not in the vocabulary of `a.txt`: a.txt, line 4/)
  })
})

describe('windows of a text', () => {
  it('have the character that comes next', async () => {
    const data = 'w = windows(chars(text("a.txt")), 2); x = w.past; y = w.next'
    const files = { 'a.txt': 'abcab' }
    const loaded = await load({ inputs: ['x token of V over T[2]'], targets: ['y class of V'], data, files })
    assert.deepEqual(codes(loaded), [
      [1, 2],
      [2, 3],
      [3, 1],
    ])
    assert.deepEqual(
      loaded.train.ports.y.map(({ values }) => [...values]),
      [[3], [1], [2]],
    )
  })
})

describe('a text that is not cut', () => {
  it('feeds nothing', async () => {
    const found = await failing('RNN422', () => tokens('x = text("a.txt")', 'ab'))
    assert.match(found.message, /takes a series; this is the text of `a.txt`/)
    await failing('RNN422', () => tokens('x = classes(text("a.txt"))', 'ab'))
    await failing('RNN422', () => tokens('x = streams(text("a.txt"), 2)', 'ab'))
  })
})

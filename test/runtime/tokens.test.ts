// `words` and `chars`: vocabularies as Keras' Tokenizer makes them, texts as their codes, and answers in words and characters.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { fromArrays } from '../../runtime/data/arrays.ts'
import { checkLabelled, parseFitted } from '../../runtime/data/fitted.ts'
import type { LoadedData, LoadOptions } from '../../runtime/data/loadData.ts'
import { loadInputs } from '../../runtime/data/loadData.ts'
import { answers, type Case, dataBlock, failing, learned, load, readTexts, signature } from './support.ts'

const csv = (texts: readonly string[]): string =>
  `t\n${texts.map(text => `"${text.replaceAll('"', '""')}"\n`).join('')}`

/** Loads texts of a column as tokens over T. */
const tokens = (call: string, texts: readonly string[], more: Partial<Case> = {}, options: Partial<LoadOptions> = {}) =>
  load({ inputs: ['x token of V over T'], data: `x = ${call}`, files: { 'a.csv': csv(texts) }, ...more }, options)

const vocabulary = ({ fitted }: LoadedData, call = 'x.words') => {
  const encoding = fitted.calls[call]
  assert.equal(encoding.kind, 'tokens')
  return encoding.tokens
}

const codes = ({ train }: LoadedData, port = 'x'): number[][] => train.ports[port].map(({ values }) => [...values])

describe('words', () => {
  // What Keras 2.15 gives for `Tokenizer()` on these texts: {'the': 1, 'cat': 2, 'sat': 3, "dog's": 4, 'mat': 5, 'ends': 6}.
  const texts = ["The cat sat: the dog's", 'the mat, cat!', 'sat.ends']

  it('are numbered by frequency, ties by their first occurrence; 0 is padding', async () => {
    const data = await tokens('words(csv("a.csv").t)', texts)
    assert.deepEqual(vocabulary(data), ['', 'the', 'cat', 'sat', "dog's", 'mat', 'ends'])
    assert.deepEqual(codes(data), [
      [1, 2, 3, 1, 4],
      [1, 5, 2],
      [3, 6],
    ])
    assert.equal(data.sizes.V, 7)
    assert.ok(data.train.ports.x.at(0).values instanceof Int32Array)
  })

  it('are limited with padding, as `num_words`; others are left out, or get the token of the unknown', async () => {
    const limited = await tokens('words(csv("a.csv").t, limit = 4)', texts)
    assert.deepEqual(codes(limited), [[1, 2, 3, 1], [1, 2], [3]])
    assert.equal(limited.sizes.V, 4)
    // Keras, with oov_token = "<unk>" and num_words = 4: {'<unk>': 1, 'the': 2, 'cat': 3, …}.
    const unknown = await tokens('words(csv("a.csv").t, limit = 4, unknown = "<unk>")', texts)
    assert.deepEqual(codes(unknown), [
      [2, 3, 1, 2, 1],
      [2, 1, 3],
      [1, 1],
    ])
    assert.deepEqual(vocabulary(unknown), ['', '<unk>', 'the', 'cat'])
  })

  it('are of the training part alone', async () => {
    const more = { data: 'x = words(csv("a.csv").t)\nsplit = ordered(0.5, 0.5)' }
    const data = await tokens('', ['a b b', 'c', 'c b', 'd d d'], more)
    assert.deepEqual(vocabulary(data), ['', 'b', 'a', 'c'])
    assert.deepEqual(
      data.test?.ports.x.map(({ values }) => [...values]),
      [[3, 1], []],
    )
  })

  it('keep case and signs where that is asked for, and begin and end', async () => {
    const data = await tokens('words(csv("a.csv").t, lower = false, filters = "", start = true, end = "</s>")', [
      'A, b',
      '',
    ])
    assert.deepEqual(vocabulary(data), ['', '<start>', '</s>', 'A,', 'b'])
    assert.deepEqual(codes(data), [
      [1, 3, 4, 2],
      [1, 2],
    ])
  })

  it('of an empty text are none', async () => {
    assert.deepEqual(codes(await tokens('words(csv("a.csv").t)', ['a', '', '!?'])), [[1], [], []])
    const found = await failing('RNN405', () => tokens('words(csv("a.csv").t)', ['...', '!']))
    assert.match(found.message, /`t` in the training part/)
  })

  it('may stand in lists, or be cells', async () => {
    const files = { 'a.jsonl': '{"w": ["The", "cat"], "k": "x"}\n{"w": ["cat"], "k": "y y"}\n' }
    const lists = await tokens('words(jsonl("a.jsonl").w, end = true)', [], { files })
    assert.deepEqual(vocabulary(lists), ['', '<end>', 'cat', 'The'])
    assert.deepEqual(codes(lists), [
      [3, 2, 1],
      [2, 1],
    ])
    const cells = await tokens('words(jsonl("a.jsonl").k)', [], { inputs: ['x token of V'], files })
    assert.deepEqual(vocabulary(cells), ['', 'x', 'y y'])
    assert.deepEqual(codes(cells), [[1], [2]])
  })

  it('of lists of texts are over two axes', async () => {
    const files = { 'a.jsonl': '{"w": ["The cat", "a"]}\n{"w": []}\n{"w": ["", "cat"]}\n' }
    const data = await tokens('words(jsonl("a.jsonl").w)', [], { inputs: ['x token of V over S over T'], files })
    assert.deepEqual(vocabulary(data), ['', 'cat', 'the', 'a'])
    assert.deepEqual(
      data.train.ports.x.map(({ values, lengths }) => [[...values], ...lengths.map(l => [...Array.from(l)])]),
      [
        [[2, 1, 3], [2], [2, 1]],
        [[], [0], []],
        [[1], [2], [0, 1]],
      ],
    )
  })

  it('may be cut and padded', async () => {
    const x = await tokens('padded(truncated(words(csv("a.csv").t), 2), 2)', ['a b c', 'c'], {
      inputs: ['x token of V over T[2]'],
    })
    assert.deepEqual(codes(x), [
      [3, 1],
      [0, 1],
    ])
  })
})

describe('chars', () => {
  it('are code points, with their case', async () => {
    const data = await tokens('chars(csv("a.csv").t)', ['中文 中', 'Aa😀', '😀é'])
    assert.deepEqual(vocabulary(data, 'x.chars'), ['', '中', '😀', '文', ' ', 'A', 'a', 'é'])
    assert.deepEqual(codes(data), [
      [1, 3, 4, 1],
      [5, 6, 2],
      [2, 7],
    ])
  })

  it('that the training part lacks are an error, left out, or unknown', async () => {
    const load = (call: string) =>
      tokens('', ['ab', 'ab', 'ac', 'b'], { data: `x = ${call}\nsplit = ordered(0.5, 0.5)` })
    const found = await failing('RNN430', () => load('chars(csv("a.csv").t)'))
    assert.match(found.message, /`c` is not in the vocabulary of `t`: a\.csv, line 4, column `t`/)
    const test = async (call: string) => (await load(call)).test?.ports.x.map(({ values }) => [...values])
    assert.deepEqual(await test('chars(csv("a.csv").t, unknown = "")'), [[1], [2]])
    assert.deepEqual(await test('chars(csv("a.csv").t, unknown = "?")'), [[2, 1], [3]])
    assert.deepEqual(await test('chars(csv("a.csv").t, limit = 2)'), [[1], []])
    await failing('RNN430', () => load('chars(csv("a.csv").t, limit = 2, unknown = false)'))
  })

  it('of the words of a list are over two axes', async () => {
    const files = { 'a.jsonl': '{"w": ["ab", "b"]}\n{"w": ["a"]}\n' }
    const data = await tokens('chars(jsonl("a.jsonl").w)', [], { inputs: ['x token of V over W over C'], files })
    assert.deepEqual(codes(data), [[1, 2, 2], [1]])
  })
})

describe('arguments of words and chars', () => {
  const wrong = [
    ['words(csv("a.csv").t, limit = 1)', 'RNN230', /`limit`.*a whole number of at least 2/],
    ['words(csv("a.csv").t, limit = 3, unknown = "?", end = true)', 'RNN230', /of at least 4/],
    ['words(csv("a.csv").t, lower = 1)', 'RNN231', /`lower`.*`true` or `false`.*the number 1/],
    ['words(csv("a.csv").t, unknown = true)', 'RNN231', /`unknown`/],
    ['words(csv("a.csv").t, start = "a", end = "a")', 'RNN231', /two are `a`/],
    ['words(csv("a.csv").t, unknown = "<end>", end = true)', 'RNN231', /two are `<end>`/],
    ['words(csv("a.csv"))', 'RNN422', /`words` takes texts.*the table/],
    ['chars(words(csv("a.csv").t))', 'RNN422', /sequences of tokens/],
    ['words(csv("a.csv").t) * 2', 'RNN422', /sequences of tokens/],
    ['classes(words(csv("a.csv").t))', 'RNN422', /sequences of tokens/],
  ] as const
  for (const [call, code, message] of wrong) {
    it(call, async () => {
      assert.match((await failing(code, () => tokens(call, ['a']))).message, message)
    })
  }

  it('a cell that is one word has no end', async () => {
    const inputs = ['x token of V']
    await failing('RNN422', () => tokens('words(csv("a.csv").t, end = true)', ['a'], { inputs }))
    await failing('RNN418', () => tokens('words(csv("a.csv").t)', ['a', '', 'b'], { inputs }))
  })
})

describe('a stored vocabulary', () => {
  const inputs = ['x token of V over T']
  const given = async (call: string, texts: readonly string[], trained: LoadedData) => {
    const { part } = await loadInputs(dataBlock(`x = ${call}`), signature(inputs), {
      read: readTexts({ 'a.csv': csv(texts) }),
      fitted: trained.fitted,
    })
    return part.ports.x.map(({ values }) => [...values])
  }

  it('is used as it is, after JSON too', async () => {
    const trained = await tokens('words(csv("a.csv").t, end = true)', ['a b a'])
    const fitted = parseFitted(JSON.parse(JSON.stringify(trained.fitted)))
    assert.deepEqual(fitted, trained.fitted)
    assert.deepEqual(await given('words(csv("a.csv").t, end = true)', ['b c', ''], trained), [[3, 1], [1]])
  })

  it('is refused where it was made otherwise', async () => {
    const trained = await tokens('words(csv("a.csv").t)', ['a b a'])
    const found = await failing('RNN501', () => given('words(csv("a.csv").t, lower = false)', ['b'], trained))
    assert.match(found.message, /`t` has another vocabulary: `lower` was true, and is false/)
    const classes = await load({
      inputs: ['x class of V'],
      data: 'x = classes(csv("a.csv").t)',
      files: { 'a.csv': csv(['a', 'b']) },
    })
    const other = { ...classes, fitted: { ...classes.fitted, calls: { 'x.words': classes.fitted.calls['x.classes'] } } }
    await failing('RNN501', () => given('words(csv("a.csv").t)', ['b'], other))
    const ports = signature(['x token of 2 over T'])
    await failing('RNN501', () => checkLabelled(ports, trained.fitted, {}))
    assert.equal(
      parseFitted({ ...trained.fitted, ports: { x: { ...trained.fitted.ports.x, tokens: ['a'] } } }),
      undefined,
    )
  })

  it('reads the texts of a program', async () => {
    const { fitted } = await tokens('words(csv("a.csv").t)', ['a b a', 'c'])
    const { part } = fromArrays(signature(inputs), { x: ['B, x c', '', ['a', 'c'], [2]] }, { fitted })
    assert.deepEqual(
      part.ports.x.map(({ values }) => [...values]),
      [[2, 3], [], [1, 3], [2]],
    )
    await failing('RNN430', () => fromArrays(signature(inputs), { x: [['x']] }, { fitted }))
  })
})

describe('answers', () => {
  const program = (data: string, target: string): string => `model M {
  input x: token of V over T
  target y: ${target}
  p = x |> embedding(8) |> GRU(12) |> dense(K, softmax)
  loss cross_entropy(p, y)
  predict y from p
}
data D for M { ${data} }
train M on D { optimizer = Adam(0.05); epochs = 60; batch = 2 }`

  it('are texts', async () => {
    const files = { 'a.csv': 'a,b\nthe cat,le chat\na dog the cat,un chien le chat\na cat,un chat\n' }
    const found = await learned(program('t = csv("a.csv"); x = words(t.a); y = words(t.b)', 'token of K over T'), files)
    assert.deepEqual(found.examples, [{ y: 'le chat' }, { y: 'un chien le chat' }, { y: 'un chat' }])
    assert.deepEqual(answers(found, { x: ['The dog!'] }), [{ y: 'le chien' }])
  })

  it('are lists of labels, for a label of each word', async () => {
    const files = {
      'a.jsonl':
        '{"a": "the cat", "tags": ["DET", "NOUN"]}\n{"a": "a dog the cat", "tags": ["DET", "NOUN", "DET", "NOUN"]}\n{"a": "", "tags": []}\n',
    }
    const found = await learned(
      program('t = jsonl("a.jsonl"); x = words(t.a); y = classes(t.tags)', 'class of K over T'),
      files,
    )
    assert.deepEqual(found.examples, [{ y: ['DET', 'NOUN'] }, { y: ['DET', 'NOUN', 'DET', 'NOUN'] }, { y: [] }])
  })
})

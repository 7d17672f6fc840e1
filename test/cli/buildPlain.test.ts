// Built modules on lists in lists, iterables and objects: the answers of flat arrays, checked with the names of the model.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, it } from 'vitest'
import { classifier, flowers, isRecord, run, weightsFor, workplace } from './support.ts'

const { ok, path, write, folder } = workplace({
  'flowers.rnn': classifier,
  'flowers.csv': flowers(),
  'nested.rnn': `model Nested {
    input x: [2] over T, w: real over T over S, k: real
    param a: real = ones
    output y = a * k + sum(sum(w, over S) * sum(x), over T), z = a * x, tail = a * sum(drop_last(x)), inner = a * w
  }`,
})

type Rows = Iterable<unknown>
interface Built {
  run(inputs?: unknown): Record<string, ArrayLike<number>> & Rows
  predict(inputs?: unknown): Record<string, ArrayLike<number | string>> & Rows
}

async function built(name: string, ...given: readonly unknown[]): Promise<Built> {
  const { create } = await import(pathToFileURL(path(`${name}.mjs`)).href)
  return create(...given)
}

const message = (call: () => unknown): string => {
  try {
    return `gives ${JSON.stringify(call())}`
  } catch (error) {
    assert.ok(error instanceof TypeError || error instanceof RangeError, String(error))
    return error.message
  }
}

describe('a built module', () => {
  beforeAll(async () => {
    await ok('train', 'flowers.rnn', '--set', 'epochs=3')
    await ok('build', 'flowers.safetensors', '-o', 'flowers.mjs')
    await ok('build', 'nested.rnn', '-o', 'nested.mjs', '--dtype', 'f64')
  })

  it('takes lists in lists, iterables and objects, and counts the batch', async () => {
    const model = await built('flowers')
    const rows = [
      [0.5, 4.5],
      [3, 2],
      [4, 3.5],
    ]
    const flat = Array.from(model.predict({ x: rows.flat() }).kind)
    function* yielded() {
      for (const row of rows) yield new Set(row)
    }
    for (const x of [
      rows,
      rows.map(row => new Float32Array(row)),
      yielded(),
      new Set(rows),
      Float64Array.from(rows.flat()),
    ])
      assert.deepEqual(Array.from(model.predict({ x }).kind), flat)
    assert.deepEqual(
      model.predict(rows.map(x => ({ x }))),
      flat.map(kind => ({ kind })),
    )
    assert.deepEqual([model.predict([]), model.predict({ x: [] }).kind], [[], []])
    const one = [...model.run([{ x: rows[0] }])][0]
    assert.ok(isRecord(one) && Array.isArray(one.kind) && one.kind.length === 3)
  })

  it('pads sequences, also in sequences, and leaves the padding out of the answers', async () => {
    const model = await built('nested', { a: [1] })
    const rows = [
      {
        x: [
          [1, 2],
          [3, 4],
        ],
        w: [[1, 2, 3], []],
        k: 10,
      },
      { x: [[5, 6]], w: [[7]], k: 20 },
      { x: [], w: [], k: 30 },
    ]
    const expected = [
      {
        y: 10 + 6 * 3,
        z: [
          [1, 2],
          [3, 4],
        ],
        tail: [3],
        inner: [[1, 2, 3], []],
      },
      { y: 20 + 7 * 11, z: [[5, 6]], tail: [], inner: [[7]] },
      { y: 30, z: [], tail: [], inner: [] },
    ]
    assert.deepEqual(model.run(rows), expected)
    const columns = { x: rows.map(r => r.x), w: rows.map(r => r.w), k: rows.map(r => r.k) }
    assert.deepEqual(
      Array.from(model.run(columns).y),
      expected.map(r => r.y),
    )
  })

  it('says what is wrong with them, in the names of the model', async () => {
    const [flower, nested] = [await built('flowers'), await built('nested', { a: [1] })]
    const says = (inputs: unknown): string => message(() => flower.predict(inputs))
    assert.equal(says(undefined), 'pass { x }, or a list of such objects')
    assert.equal(says({}), 'x is missing')
    assert.equal(says('x'), 'pass { x }, or a list of such objects')
    assert.equal(says({ x: [[1, 2], [3]] }), 'x[1] has 1 elements, not 2')
    assert.equal(
      says({
        x: [
          [1, 2],
          [3, null],
        ],
      }),
      'x[1][1] is null, not a number',
    )
    assert.equal(says({ x: [[1, Number.NaN]] }), 'x[0][1] is NaN, not a finite number')
    assert.equal(says({ x: [[1, '2']] }), 'x[0][1] is "2", not a number')
    assert.equal(says({ x: [[1, 2], 3] }), 'x[1] is 3, not a list')
    const hole: number[] = [1]
    hole.length = 2
    assert.equal(says({ x: [hole] }), 'x[0][1] is undefined, not a number')
    assert.equal(says([{ x: hole }]), '[0].x[1] is undefined, not a number')
    assert.equal(says({ x: 3 }), 'x is 3, not a list')
    assert.equal(says({ y: [[1, 2]] }), 'y is no input; the inputs are x')
    assert.equal(says({ B: 3, x: [[1, 2]] }), 'x has 1 examples, not 3')
    assert.equal(says([{ x: [1, 2] }, {}]), '[1].x is missing')
    assert.equal(says([{ x: [1, 2] }, { x: [1, Number.NaN] }]), '[1].x[1] is NaN, not a finite number')
    assert.equal(says([{ x: [1, 2], kind: 'rose' }]), '[0].kind is no input; the inputs are x')
    assert.equal(says([[1, 2]]), '[0].0 is no input; the inputs are x')
    assert.equal(says([null]), '[0] is null, not { x }')
    const lengths = { x: [[[1, 2]]], w: [[[1], [2]]], k: [1] }
    assert.equal(
      message(() => nested.run(lengths)),
      'x and w have different lengths',
    )
  })

  it('takes codes that are whole, and below their number', async () => {
    write(
      'coded.rnn',
      `model Coded {
        input c: class of 3, text: token of V over T
        output y = sum(c |> embedding(1)) + sum(sum(text |> embedding(1), over T))
      }`,
    )
    await ok('build', 'coded.rnn', '-o', 'coded.mjs')
    const weights = weightsFor(readFileSync(path('coded.d.mts'), 'utf8'), { V: 5 })
    const model = await built('coded', weights, { V: 5 })
    const says = (inputs: unknown): string => message(() => model.run(inputs))
    assert.equal(says([{ c: 0.5, text: [1] }]), '[0].c is 0.5, not a whole number below 3')
    assert.equal(says({ c: [1, 0.5], text: [[1], [2]] }), 'c[1] is 0.5, not a whole number below 3')
    assert.equal(says({ c: [1, 2], text: [[1], [1, 300]] }), 'text[1][1] is 300, not a whole number below 5')
    assert.equal(
      says([
        { c: 1, text: [1] },
        { c: 1, text: [4, 4, -1] },
      ]),
      '[1].text[2] is -1, not a whole number below 5',
    )
    assert.equal(says({ B: 1, c: [1], text: [1, 300] }), 'text[1] is 300, not a whole number below 5')
    assert.equal(says({ text: [[1]] }), 'c is missing')
    assert.deepEqual(Array.from(model.run({ c: [], text: [] }).y), [])
    assert.equal(says({ c: [1], text: [] }), 'c has 1 elements, not 0')
    await assert.rejects(built('coded', weights), /sizes\.V is missing/)
  })

  it('runs whatever the labels and the names of files are', async () => {
    const labels = [
      '"',
      "'",
      '`',
      '\\',
      ['$', '{process.exit(3)}'].join(''),
      '*/ process.exit(3) /*',
      '</script><script>alert(1)</script>',
      '<!--',
      'a\u2028b\u2029c',
      '\u0000\u0007',
      '\r',
      '\n',
      '\ud83d',
      'é😀',
      '__proto__',
      'constructor',
      '"); process.exit(3); ("',
      '//',
    ]
    const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`
    // Lone halves of characters cannot be written as UTF-8, nor a NUL in CSV.
    const known = labels
      .filter(label => !label.includes('\ud83d') || label.length > 1)
      .filter(label => !label.includes('\0'))
    write(
      'odd.csv',
      `x,toString,word\n${known.flatMap((label, i) => [`${i},1,${cell(label)}`, `${i},2,${cell(label)}`]).join('\n')}\n`,
    )
    write(
      'odd.rnn',
      `model constructor {
        input x: real, toString: token of V
        target await: class of K
        part eval = embedding(2)
        function = [x, toString |> eval] |> dense(K, softmax)
        loss cross_entropy(function, await)
        predict await from function
        output arguments = x
      }
      data require for constructor {
        t = csv("odd.csv"); x = t.x; toString = classes(t.word); await = classes(t.word)
      }
      train constructor on require { optimizer = Adam; epochs = 1 }`,
    )
    await ok('train', 'odd.rnn')
    for (const [i, name] of [`it's \`a\` $${'{1}'} <script>.mjs`, 'line\u2028\u2029\nprocess.exit(3).mjs'].entries()) {
      await ok('build', 'odd.safetensors', '-o', name, ...(i === 0 ? [] : ['--target', 'wasm']))
      const text = readFileSync(path(name), 'utf8')
      assert.doesNotMatch(text, /<\/script|<!--|[\u2028\u2029]/)
      const types = readFileSync(path(name.replace(/mjs$/, 'd.mts')), 'utf8')
      assert.doesNotMatch(types, /<\/script|<!--|[\u2028\u2029]/)
      write(
        'user.mjs',
        `const { create } = await import(${JSON.stringify(pathToFileURL(path(name)).href)})
        const { predict } = create()
        const known = ${JSON.stringify(known)}
        const rows = known.map((label, x) => ({ x, toString: label }))
        const answers = predict(rows)
        if (answers.length !== known.length || !answers.every(a => known.includes(a.await))) throw new Error('not a label')
        if (predict({ x: [1], toString: [known[1]] }).await[0] !== answers[1].await) throw new Error('another answer')
        let found
        try { predict([{ x: 1, toString: '\u2028' }]) } catch (e) { found = e.message }
        console.log(found)`,
      )
      const { code, stdout, stderr } = await run(process.execPath, ['user.mjs'], folder).done
      assert.equal(code, 0, stderr)
      assert.equal(stdout, 'toString: the network was not trained on "\u2028"\n')
    }
  })
})

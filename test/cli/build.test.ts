// rnnc build: the module gives the numbers of `rnnc predict`, and its types fit it.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { beforeAll, describe, it } from 'vitest'
import { classifier, flowers, isRecord, json, run, series, wave, weightsFor, workplace } from './support.ts'

const place = workplace({
  'wave.rnn': series(),
  'wave.csv': wave(),
  'flowers.rnn': classifier,
  'flowers.csv': flowers(),
  'tagger.rnn': `model Tagger {
    input words: token of V over T
    target tags: class of 3 over T
    p = words |> embedding(4) |> bidirectional(GRU(3)) |> dense(3, softmax)
    loss cross_entropy(p, tags)
    output p
  }`,
})
const { ok, path, write, folder } = place
const typescript = createRequire(import.meta.url).resolve('typescript/package.json')

/** Runs a program in the folder under Node, and gives what it prints as JSON. */
async function runs(text: string): Promise<unknown> {
  write('user.mjs', text)
  const { code, stdout, stderr } = await run(
    process.execPath,
    ['--disallow-code-generation-from-strings', 'user.mjs'],
    folder,
  ).done
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout)
}

/** What the TypeScript compiler says about a program in the folder. */
async function typeErrors(text: string): Promise<string> {
  write('user.mts', text)
  const settings = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--lib',
    'es2022',
    '--types',
    '',
  ]
  const tsc = join(dirname(typescript), 'bin', 'tsc')
  const { code, stdout } = await run(process.execPath, [tsc, ...settings, 'user.mts'], folder).done
  assert.equal(code === 0, stdout === '')
  return stdout
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : assert.fail('no list'))

describe('a built module', () => {
  beforeAll(async () => {
    for (const name of ['wave', 'flowers']) {
      await ok('train', `${name}.rnn`)
      await ok('build', `${name}.safetensors`, '-o', `${name}.mjs`)
    }
  })

  it('answers in the units of the data, bit for bit as `rnnc predict` does', async () => {
    const { predictions } = json(await ok('predict', 'wave.safetensors', '--json'))
    const values = wave().trim().split('\n').slice(1).map(Number)
    const windows = list(predictions).map((_, i) => values.slice(i, i + 6))
    const answers = await runs(`import { create } from './wave.mjs'
      const { predict } = create()
      console.log(JSON.stringify(Array.from(predict({ past: ${JSON.stringify(windows.flat())} }).next)))`)
    assert.deepEqual(
      answers,
      list(predictions).map(p => isRecord(p) && p.next),
    )
  })

  it('answers with labels', async () => {
    const { predictions } = json(await ok('predict', 'flowers.safetensors', '--json'))
    const rows = flowers()
      .trim()
      .split('\n')
      .slice(1)
      .flatMap(line => line.split(',').slice(0, 2).map(Number))
    const answers = await runs(`import { create } from './flowers.mjs'
      console.log(JSON.stringify(create().predict({ x: ${JSON.stringify(rows)} }).kind))`)
    assert.deepEqual(
      answers,
      list(predictions).map(p => isRecord(p) && p.kind),
    )
  })

  it('runs any batch and any length, and takes weights', async () => {
    const { embedded, types } = json(await ok('build', 'tagger.rnn', '-o', 'tagger.mjs', '--dtype', 'f64', '--json'))
    assert.deepEqual([embedded, types], [false, 'tagger.d.mts'])
    const shapes = readFileSync(path('tagger.d.mts'), 'utf8')
    const weights = weightsFor(shapes, { V: 5 })
    assert.equal(Object.keys(weights).length, 2 + 1 + 2 * 12)
    const found = await runs(`import { create } from './tagger.mjs'
      const model = create(${JSON.stringify(weights)}, { V: 5 })
      const both = model.run({ B: 2, words: [1, 2, 3, 4, 0, 0], T_lengths: [3, 1] }).p
      const first = model.run({ B: 1, words: [1, 2, 3] }).p
      const second = model.run({ B: 1, words: [4] }).p
      console.log(JSON.stringify([both, first, second].map(p => Array.from(p))))`)
    const [both, first, second] = list(found).map(p => list(p).map(Number))
    assert.deepEqual(both, [...first, ...second, 0, 0, 0, 0, 0, 0])
    assert.ok(Math.abs(first.reduce((a, b) => a + b) - 3) < 1e-12)
  })

  it('says what is wrong with its inputs', async () => {
    const message = async (inputs: string): Promise<unknown> =>
      runs(`import { create } from './wave.mjs'
        try { create().run(${inputs}); console.log('null') } catch (e) { console.log(JSON.stringify(e.message)) }`)
    assert.equal(await message('{}'), 'past is missing')
    assert.equal(await message('{ past: [1, 2] }'), 'past has 2 elements, which is not a multiple of 6: pass B')
    assert.equal(await message('{ B: 2, past: [1, 2, 3, 4, 5, 6] }'), 'past has 6 elements, not 12')
    assert.equal(await message('{ past: [] }'), null)
  })

  it('gives no answer that is no number, and no label that was decided by none', async () => {
    // Of one probability: NaN is not above a half, and not the other label either.
    const source = classifier
      .replace('dense(K, softmax)', 'dense(1, sigmoid)')
      .replace('loss cross', 'loss binary_cross')
    write('yes.rnn', source.replace('flowers.csv', 'two.csv'))
    write('two.csv', flowers().replaceAll('lily', 'iris'))
    await ok('train', 'yes.rnn')
    await ok('build', 'yes.safetensors', '-o', 'yes.mjs')
    const message = (module: string, inputs: string): Promise<unknown> =>
      runs(`import { create } from './${module}.mjs'
        let found
        try { found = create().predict(${inputs}) } catch (e) { found = e.message }
        console.log(JSON.stringify(found))`)
    for (const x of ['NaN', 'new Float64Array([NaN])[0]']) {
      const says = /^\w+\[\d\] is NaN: an input is NaN, or too large$/
      assert.match(String(await message('wave', `{ past: [1, 2, 3, 4, 5, ${x}] }`)), says, x)
      for (const module of ['flowers', 'yes']) {
        assert.match(String(await message(module, `{ x: [1, 2, ${x}, 4] }`)), says, `${module}, ${x}`)
      }
    }
  })

  it('takes for a number what is one', async () => {
    const message = (module: string, inputs: string): Promise<unknown> =>
      runs(`import { create } from './${module}.mjs'
        try { create().predict(${inputs}) } catch (e) { console.log(JSON.stringify(e.message)) }`)
    for (const x of ['null', 'undefined', '"4"', '""', '[]', '4n']) {
      const says = /\[1\] is .*, not a number$/
      assert.match(String(await message('wave', `{ past: [1, ${x}, 3, 4, 5, 6] }`)), says, x)
      assert.match(String(await message('flowers', `{ x: [1, ${x}] }`)), says, x)
    }
  })

  it('says which of several models it is', async () => {
    write(
      'two.rnn',
      'model A { input x: real; y = x }\nmodel B { input x: real; y = 2 * x }\ndata D for B { x = csv("x.csv").x }',
    )
    const two = await ok('build', 'two.rnn', '-o', 'two.mjs')
    assert.match(two.stdout, /^saved two.mjs and two.d.mts \([AB], js/)
    assert.match(two.stderr, /^two.rnn has other models than (A|B), chosen by --model: (A|B)$/m)
    const named = await ok('build', 'two.rnn', '-o', 'two.mjs', '--model', 'A')
    assert.match(named.stdout, /\(A, js/)
    assert.doesNotMatch(named.stderr, /--model/)
  })

  it('takes whole numbers as they are, or not at all', async () => {
    write('whole.rnn', 'model Whole { input n: int, x: real; param w: real = ones; output y = w * x, m = n + 1 }')
    await ok('build', 'whole.rnn', '-o', 'whole.mjs')
    const answer = (n: string): Promise<unknown> =>
      runs(`import { create } from './whole.mjs'
        const run = () => Array.from(create({ w: [1] }).run({ B: 1, n: [${n}], x: [1] }).m)
        let found
        try { found = run() } catch (e) { found = e.message }
        console.log(JSON.stringify(found))`)
    assert.deepEqual(await answer('-2147483648'), [-2147483647])
    for (const n of ['3000000000', '1.5', 'NaN', '2 ** 53']) {
      assert.match(String(await answer(n)), /^n\[0\] is .*, not a whole number of 32 bits$/, n)
    }
  })

  it('names what is missing, whatever the units', async () => {
    const message = (module: string): Promise<unknown> =>
      runs(`import { create } from './${module}.mjs'
        try { create().predict({}) } catch (e) { console.log(JSON.stringify(e.message)) }`)
    assert.equal(await message('wave'), 'past is missing')
    assert.equal(await message('flowers'), 'x is missing')
  })

  it('holds no eval and no import', () => {
    for (const name of ['wave', 'flowers']) {
      const text = readFileSync(path(`${name}.mjs`), 'utf8').replace(/^\/\/.*$/gm, '')
      assert.doesNotMatch(text, /\beval\b|new Function|\bimport\b|\brequire\b/)
    }
  })

  it('has types that accept what is right, and nothing else', async () => {
    await ok('build', 'tagger.rnn', '-o', 'tagger.mjs')
    await ok('build', 'wave.safetensors', '--target', 'gpu', '-o', 'wave_gpu.mjs')
    const right = `import { create, type Answers } from './wave.mjs'
import { create as onGpu } from './wave_gpu.mjs'
import { create as flowers } from './flowers.mjs'
import { create as tagger, type Weights } from './tagger.mjs'
const { next }: Answers = create().predict({ past: new Float32Array(6) })
const numbers: Float32Array = create().run({ B: 1, past: [1, 2, 3, 4, 5, 6] }).next
const kind: 'rose' | 'iris' | 'lily' = flowers().predict({ x: [1, 2] }).kind[0]
const later = await onGpu({ gpu: {} })
const [{ next: soon }, { next: raw }] = [await later.predict({ past: [1] }), await later.run({ past: [1] })]
later.dispose()
declare const weights: Weights
const rows: number[][] = tagger(weights, { V: 5 }).run([{ words: [1, 2] }, { words: new Set([3]) }]).map(row => row.p[0])
const [{ kind: named }] = flowers().predict([{ x: [1, 2] }])
const same: typeof kind = named
create().predict({ past: [[1, 2, 3, 4, 5, 6]] }).next.fill(rows.length + same.length)
tagger(weights, { V: 5 }).run({ B: 1, words: [1], T_lengths: [1] }).p.fill(next[0] + soon[0] + raw[0] + numbers[0] + kind.length)
`
    assert.equal(await typeErrors(right), '')
    for (const wrong of [
      '{ pats: [] }',
      '{}',
      "{ past: 'six' }",
      '{ past: [], T_lengths: [] }',
      "{ past: [['1']] }",
      '[{}]',
      '[{ past: [[1]] }]',
    ]) {
      assert.match(
        await typeErrors(`import { create } from './wave.mjs'\ncreate().run(${wrong})\n`),
        /user.mts\(2,/,
        wrong,
      )
    }
    assert.match(await typeErrors("import { create } from './wave_gpu.mjs'\ncreate().run\n"), /Promise<Model>/)
    const open = (call: string): Promise<string> =>
      typeErrors(`import { create, type Sizes, type Weights } from './tagger.mjs'
declare const weights: Weights
declare const file: { readonly weights: Weights; readonly sizes: Readonly<Record<string, number>> }
declare const sizes: Sizes
${call}
`)
    for (const call of ['create(file.weights, file.sizes)', 'create(weights, sizes)', 'create(weights, { V: 5 })'])
      assert.equal(await open(call), '', call)
    for (const call of ['create()', 'create(weights)', 'create(weights, {})', 'create(weights, { K: 5 })'])
      assert.match(await open(call), /user.mts\(5,/, call)
  })
})

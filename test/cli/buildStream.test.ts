// Built modules that stream and generate: what they give is what the library gives, and their types fit.
import assert from 'node:assert/strict'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { json, run, workplace } from './support.ts'

const speller = `model Speller(units = 12) {
  input tone: real
  target script: token of V over T
  e = delay(script) |> embedding(6)
  p = [e, repeat([tone], over T)] |> GRU(units) |> dense(V, softmax)
  loss cross_entropy(p, script)
  predict script from p
}
data Lines for Speller { t = csv("lines.csv"); tone = standardize(t.tone); script = chars(t.line, end = true) }
train Speller on Lines { optimizer = Adam(0.05); epochs = 20; batch = 4; seed = 1 }
`

const lines = `line,tone\n${Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? 'hello world,1' : 'good night,5')).join('\n')}\n`

const meter = `model Meter {
  input past: real over S
  input x: real over T
  target y: real over T
  part enc = GRU(3), cell = LSTM(3)
  h = cell([x], h = enc([past]) |> last)
  z = (h |> dense(1))[0]
  output top = max(h[0], over T)
  loss mse(z, y)
  predict y from z
}
data D for Meter { t = jsonl("d.jsonl"); past = minmax(t.past); x = standardize(t.x); y = standardize(t.y) }
train Meter on D { optimizer = Adam(0.01); epochs = 2; batch = 2; seed = 1 }
`

const looker = `model Looker {
  input c: class of C, img: [3]
  input k: class of K over T
  target y: class of L over T
  h = [c |> embedding(2), img]
  p = [k |> embedding(2), repeat(h, over T)] |> GRU(2) |> dense(L, softmax)
  loss cross_entropy(p, y)
  predict y from p
}
data D for Looker { t = jsonl("looks.jsonl"); c = classes(t.c); img = t.img; k = classes(t.k); y = classes(t.y) }
train Looker on D { optimizer = Adam(0.01); epochs = 1; batch = 2; seed = 1 }
`

const looks = [
  {
    c: 'u',
    img: [1, 2, 3],
    k: ['a', 'b'],
    y: ['yes', 'no'],
  },
  {
    c: 'v',
    img: [1, 2, 3],
    k: ['b'],
    y: ['no'],
  },
]

const rows = [
  { past: [1, 2, 3], x: [10, 20, 30, 20], y: [1, 2, 3, 2] },
  { past: [5], x: [20, 10], y: [2, 1] },
]

const here = workplace({
  'speller.rnn': speller,
  'lines.csv': lines,
  'meter.rnn': meter,
  'looker.rnn': looker,
  'looks.jsonl': looks.map(row => `${JSON.stringify(row)}\n`).join(''),
  'd.jsonl': rows.map(row => `${JSON.stringify(row)}\n`).join(''),
})

/** What the TypeScript compiler says about `use.mts`. */
async function typeErrors(): Promise<string> {
  const tsc = new URL('../../node_modules/.bin/tsc', import.meta.url).pathname
  const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--types', '', 'use.mts']
  const { code, stdout } = await run(tsc, flags, here.folder).done
  assert.equal(code === 0, stdout === '')
  return stdout
}

beforeAll(async () => {
  for (const name of ['speller', 'meter', 'looker']) {
    await here.ok('train', `${name}.rnn`)
    for (const target of ['js', 'wasm'])
      await here.ok('build', `${name}.safetensors`, '-o', `${name}.${target}.mjs`, '--target', target)
  }
})

describe.each(['js', 'wasm'])('a built module of %s', target => {
  const imported = async (name: string) => {
    const model = (await import(pathToFileURL(here.path(`${name}.${target}.mjs`)).href)).create()
    assert.equal(model.backend, target)
    return model
  }

  it('generates the text that rnnc generate writes', async () => {
    const model = await imported('speller')
    const cases = [
      { flags: [], options: {} },
      { flags: ['--after', 'go'], options: { after: { script: 'go' } } },
      { flags: ['--sample', '1.5', '--seed', '4', '--top-k', '5'], options: { temperature: 1.5, seed: 4, topK: 5 } },
      { flags: ['--sample', '--top-p', '0.9'], options: { temperature: 1, topP: 0.9 } },
    ]
    for (const { flags, options } of cases) {
      const given = ['--inputs', '{"tone": 5}', '--steps', '30', '--json']
      const { text } = json(await here.ok('generate', 'speller.safetensors', ...given, ...flags))
      const found = [...model.generate({ tone: 5, steps: 30, ...options })].map(({ script }) => script).join('')
      assert.equal(found, text)
    }
    const after = (script: unknown) => () => [...model.generate({ tone: 1, after: { script } })]
    assert.throws(after('Q'), /not trained on "Q"/)
    for (const code of [999, 0.5, -1])
      assert.throws(after([1, code]), /script\[1\] is .*, not a whole number below \d+$/)
  })

  it('streams in the units of the data what predict gives on the sequence so far', async () => {
    const model = await imported('meter')
    const s = model.stream({ past: [1, 2, 3] })
    const { past, x } = rows[0]
    x.forEach((value, t) => {
      const found = s.step({ x: value })
      const { y, top } = model.predict({ B: 1, past, x: x.slice(0, t + 1) })
      expect(found.y[0]).toBeCloseTo(y[t], 4)
      expect(found.top[0]).toBeCloseTo(top[0], 4)
    })
    const { states } = s
    const after = s.step({ x: 15 }).y[0]
    s.restore(states)
    assert.equal(s.step({ x: 15 }).y[0], after)
    s.reset()
    const first = s.step({ x: x[0] }).y[0]
    expect(first).toBeCloseTo(model.predict({ B: 1, past, x: x.slice(0, 1) }).y[0], 4)
    assert.throws(() => s.step({}), /x is missing/)
    assert.throws(() => s.step({ x: [1, 2] }), /x has 2 elements, not 1/)
    assert.throws(() => s.step({ x: '1' }), /not a number/)
    assert.throws(() => s.restore({}), /no states of this network/)
    assert.throws(() => s.reset(1), /no row 1/)
  })

  it('stays as it was where a step fails', async () => {
    const model = await imported('meter')
    const [s, other] = [model.stream({ past: [1, 2, 3] }), model.stream({ past: [1, 2, 3] })]
    for (const x of [10, 20]) assert.deepEqual(s.step({ x }).y, other.step({ x }).y)
    const { states } = s
    assert.throws(() => s.step({ x: Number.NaN }), /^RangeError: x\[0\] is NaN, not a finite number$/)
    assert.throws(() => s.step({ x: [1e300] }), /^RangeError: 1e\+300 is too large for f32: x\[0\]$/)
    assert.deepEqual(s.states, states)
    assert.deepEqual(s.step({ x: 30 }).y, other.step({ x: 30 }).y)
    assert.throws(() => model.stream({ past: [1, Number.NaN] }), /^RangeError: past\[1\] is NaN/)
    // What fails after the network has run: one state is not finite, of which the step makes others so.
    const [first] = Object.keys(states)
    s.restore({ ...states, [first]: Array.from(states[first], () => Number.NaN) })
    const { states: kept } = s
    assert.throws(() => s.step({ x: 10 }), /y\[0\] is NaN/)
    assert.deepEqual(s.states, kept)
    s.reset()
    other.reset()
    assert.deepEqual(s.step({ x: 30 }).y, other.step({ x: 30 }).y)
  })

  it('streams several rows side by side', async () => {
    const model = await imported('meter')
    const [a, b] = [model.stream({ past: [1, 2] }), model.stream({ past: [3, 4] })]
    const both = model.stream({ rows: 2, past: [1, 2, 3, 4] })
    for (const x of [
      [10, 20],
      [30, 10],
    ]) {
      const [first, second] = [a.step({ x: x[0] }).y[0], b.step({ x: x[1] }).y[0]]
      const { y } = both.step({ x })
      expect([...y]).toEqual([expect.closeTo(first, 4), expect.closeTo(second, 4)])
    }
  })

  it('has types that a program can use', async () => {
    here.write(
      'use.mts',
      `import { create } from './speller.${target}.mjs'
import { create as meter } from './meter.${target}.mjs'
const text: string[] = [...create().generate({ tone: 1, after: { script: 'a' }, steps: 3 })].map(g => g.script)
const s = meter().stream({ past: [1, 2] })
const y: number = s.step({ x: 1 }).y[0]
s.restore(s.states)
export { text, y }
`,
    )
    assert.equal(await typeErrors(), '')
  })

  it('has types that refuse what a stream cannot take', async () => {
    for (const [begins, right, wrong] of [
      ['meter', 'stream({ past: [1] })', ['stream()', 'stream({})', "stream({ past: 'six' })", 'stream({ past: 1 })']],
      ['meter', 'stream({ past: [1] }).step({ x: 1 })', ["stream({ past: [1] }).step({ x: '1' })"]],
      ['speller', 'generate({ tone: 1 })', ['generate()', 'generate({})', "generate({ tone: '1' })"]],
      [
        'looker',
        "stream({ c: 'u', img: [1, 2, 3] }).step({ k: 'a' }).y[0] === 'no'",
        [
          "stream({ c: 'zz', img: [1, 2, 3] })",
          "stream({ c: 'u', img: 3 })",
          "stream({ c: ['u'], img: [1] }).step({ k: 'zz' })",
          "stream({ c: 'u', img: [1] }).step({ k: 'a' }).y[0] === 'zz'",
        ],
      ],
    ] as const) {
      const program = (call: string): string =>
        `import { create } from './${begins}.${target}.mjs'\nexport const it =\ncreate().${call}\n`
      here.write('use.mts', program(right))
      assert.equal(await typeErrors(), '', right)
      for (const call of wrong) {
        here.write('use.mts', program(call))
        assert.match(await typeErrors(), /^use\.mts\(3,/, call)
      }
    }
  })
})

// Modules that the library builds of what it has trained.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import {
  type BuildOptions,
  buildModule,
  type CompiledModel,
  compile,
  type Fit,
  fit,
  type Precision,
  predict,
} from '../../runtime/index.ts'
import { failing } from './support.ts'

const meter = compile(`model Meter {
  input x: [2] over T
  target y: real over T
  z = (x |> GRU(2) |> dense(1))[0]
  loss mse(z, y)
  predict y from z
}
data D for Meter { t = jsonl("d.jsonl"); x = t.x; y = t.y }
train Meter on D { optimizer = Adam(0.01); epochs = 1 }`)

const x = [
  [
    [1, 2],
    [0.5, -1],
  ],
]

const trained = (precision: Precision): Promise<Fit> => fit(meter, { x, y: [[1, 2]] }, { precision, target: 'js' })

type Values = Readonly<Record<string, unknown>>

interface Built {
  run(inputs: unknown): readonly Values[]
  predict(inputs: unknown): readonly Values[]
}

let files = 0
const folder = mkdtempSync(join(tmpdir(), 'rnnc-build-'))
afterAll(() => rmSync(folder, { recursive: true }))

const created = (options: BuildOptions, ...given: readonly unknown[]): Promise<Built> =>
  createdOf(meter, options, ...given)

/** Imports the module of a model. */
async function createdOf(
  model: CompiledModel,
  { weights, fitted, precision, target }: BuildOptions,
  ...given: readonly unknown[]
): Promise<Built> {
  const file = join(folder, `${files++}.mjs`)
  writeFileSync(file, buildModule(model, { weights, fitted, precision, target }).module)
  const { create } = await import(pathToFileURL(file).href)
  return create(...given)
}

describe('buildModule', () => {
  it.each<[Precision, Precision, BuildOptions['target']]>([
    ['f64', 'f32', 'js'],
    ['f32', 'f64', 'js'],
    ['f64', 'f32', 'wasm'],
    ['f32', 'f64', 'wasm'],
  ])('embeds weights of %s in a module of %s: %s', async (from, to, target) => {
    const all = await trained(from)
    const { weights, fitted } = all
    const model = await created({ weights, fitted, target, ...(to === 'f64' && { precision: to }) })
    const [row] = model.run([{ x: x[0] }])
    const { y } = predict(all, { x })
    expect(row.y).toEqual([y].flat(2).map(value => expect.closeTo(Number(value), 6)))
  })

  it('takes weights that fit the model, and are finite in its precision', async () => {
    const { weights, fitted } = await trained('f64')
    const build = (changed: typeof weights) => () => buildModule(meter, { weights: changed, fitted })
    const { 'dense.b': _, ...others } = weights
    assert.match((await failing('RNN501', build(others))).message, /they lack `dense\.b` \[1\]/)
    const long = await failing('RNN501', build({ ...weights, 'dense.b': new Float64Array(2) }))
    assert.match(long.message, /`dense\.b` is \[1\] in the model, and has 2 numbers/)
    const large = await failing('RNN515', build({ ...weights, 'dense.b': Float64Array.of(1e300) }))
    assert.match(large.message, /`dense\.b\[0\]` in the weights is 1e\+300, which is infinite in f32/)
  })

  it('has predict of what was trained, also where nothing is encoded', async () => {
    const { weights, fitted } = await trained('f32')
    assert.deepEqual(fitted.ports, {})
    const model = await created({ weights, fitted })
    assert.deepEqual(model.predict([{ x: x[0] }]), model.run([{ x: x[0] }]))
    assert.match(buildModule(meter, { weights, fitted }).types, /predict\(inputs: DataInputs\): Answers/)
    assert.doesNotMatch(buildModule(meter, { weights }).types, /predict/)
  })

  it('says what `create` lacks', async () => {
    const noWeights = /^TypeError: pass weights: `readWeights` of rnnc\/predict reads them from a weights file$/
    await assert.rejects(created({}), noWeights)
    await assert.rejects(created({}, {}), /^TypeError: GRU\.W_z is missing$/)
  })

  it('refuses numbers that are too large for f32, as the library does', async () => {
    const { weights, fitted } = await trained('f32')
    const model = await created({ weights, fitted })
    const large = [
      {
        x: [
          [1, 2],
          [3, 1e300],
        ],
      },
    ]
    for (const call of [model.run, model.predict])
      assert.throws(() => call(large), /^RangeError: 1e\+300 is too large for f32: \[0\]\.x\[1\]\[1\]$/)
  })

  it('refuses a class that is no whole number, as the library does', async () => {
    const model = compile(`model Named {
      input c: class of 3
      target y: real
      z = (c |> embedding(1))[0]
      loss mse(z, y)
      predict y from z
    }
    data D for Named { t = jsonl("d.jsonl"); c = classes(t.c); y = t.y }
    train Named on D { optimizer = Adam(0.01); epochs = 1 }`)
    const all = await fit(model, { c: ['u', 'v', 'w'], y: [1, 2, 3] }, { target: 'js' })
    const { predict: answer, run } = await createdOf(model, all)
    assert.equal(answer([{ c: 'v' }]).length, 1)
    for (const call of [answer, run])
      assert.throws(() => call([{ c: 0.5 }]), /\[0\]\.c is 0\.5, not a whole number below 3$/)
    assert.throws(() => answer([{ c: 'x' }]), /c: the network was not trained on "x"$/)
  })

  it('says which size no flat array tells', async () => {
    const { weights, fitted } = await trained('f32')
    const { run } = await created({ weights, fitted })
    assert.throws(() => run({ x: [1, 2, 3, 4] }), /^TypeError: pass B, or a list for each example$/)
  })
})

// Modules that the library builds of what it has trained.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { type BuildOptions, buildModule, compile, type Fit, fit, type Precision, predict } from '../../runtime/index.ts'
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
  run(rows: readonly Values[]): readonly Values[]
  predict(rows: readonly Values[]): readonly Values[]
}

let files = 0
const folder = mkdtempSync(join(tmpdir(), 'rnnc-build-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Imports the module of these options. */
async function created(options: BuildOptions, ...given: readonly unknown[]): Promise<Built> {
  const file = join(folder, `${files++}.mjs`)
  writeFileSync(file, buildModule(meter, options).module)
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
})

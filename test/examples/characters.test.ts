// The example of characters: it learns a text that repeats itself and goes on with it, and with the data itself is as good as its page says.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'vitest'
import { load } from '../../compiler/index.ts'
import { bitsOfTables } from '../../examples/characters/tables.ts'
import { type LoadOptions, loadData } from '../../runtime/data/loadData.ts'
import { generateNow } from '../../runtime/generate/generate.ts'
import { compile, js } from '../../runtime/index.ts'
import { readerIn } from '../../runtime/node/index.ts'
import { evaluatePart } from '../../runtime/session.ts'
import { train } from '../../runtime/train.ts'
import { needs } from '../support/needs.ts'

const source = readFileSync(new URL('../../examples/characters/characters.rnn', import.meta.url), 'utf8')
const page = readFileSync(new URL('../../examples/characters/README.md', import.meta.url), 'utf8')
const plays = fileURLToPath(new URL('../../../shared/data/tinyshakespeare.txt', import.meta.url))
const absent = !existsSync(plays) && `the data is absent: ${plays}`
const long =
  process.env.RNNC_EXAMPLES === undefined && 'some minutes of training: RNNC_EXAMPLES=1 npx vitest run test/examples'

async function learn(options: LoadOptions, sets = {}) {
  const model = compile(source, { sets })
  assert.ok(model.data)
  const data = await loadData(model.data, model.signature, options)
  assert.ok(data.test)
  const { weights } = await train(model, data)
  const executable = load(model.context, model.evaluate(), js, 'f32')
  const run = { backend: js, precision: 'f32', batch: 32, seed: 1 } as const
  const report = evaluatePart(model, data.test, data.sizes, executable, weights, run)
  return { model, data, weights, report }
}

test('it learns a text that repeats itself, and goes on with it', async () => {
  const song = 'row, row, row your boat\ngently down the stream\n'
  const text = new TextEncoder().encode(song.repeat(300))
  const { model, data, weights, report } = await learn({ read: () => text }, { units: 32, epochs: 20, truncate: 32 })
  assert.ok(Number(report.bits) < 0.5, `${report.bits} bits`)
  const options = { fitted: data.fitted, sizes: data.sizes, after: { script: 'boat\ngen' }, steps: 15 }
  assert.equal([...generateNow(model, weights, options)].map(({ script }) => script).join(''), 'tly down the st')
})

test('its data: all characters of the text, nine tenths in 32 rows', needs(absent), async () => {
  const model = compile(source)
  assert.ok(model.data)
  const data = await loadData(model.data, model.signature, { read: readerIn(dirname(plays)) })
  assert.ok(data.test)
  const lengths = [data.train, data.test].map(part => part.ports.script.map(e => e.lengths[0][0]))
  assert.deepEqual(
    lengths.map(rows => rows.length),
    [32, 32],
  )
  const characters = [...readFileSync(plays, 'utf8')].length
  assert.equal(
    lengths.flat().reduce((a, b) => a + b),
    characters,
  )
})

test('tables: one of a character is its entropy, and a longer one knows what always follows', () => {
  const [one, two] = bitsOfTables('abababab'.repeat(2000), 2)
  assert.ok(Math.abs(one - 1) < 1e-3, `${one}`)
  assert.ok(two < 0.01, `${two}`)
})

test('the bits of tables that the page says', needs(absent), () => {
  const said = /\| counts of characters \| ([\d.]+) \|\n\|[^|]*\| ([\d., ]+) \|/.exec(page)
  assert.ok(said !== null)
  const bits = bitsOfTables(readFileSync(plays, 'utf8'), 5).map(each => each.toFixed(2))
  assert.deepEqual(bits, [said[1], ...said[2].split(', ')])
})

test('the bits a character that the page says', needs(absent || long), async () => {
  const { report } = await learn({ read: readerIn(dirname(plays)) })
  const said = Number(/\| this model, two epochs \| ([\d.]+) \|/.exec(page)?.[1])
  assert.ok(Math.abs(Number(report.bits) - said) < 0.03, `${report.bits}, and the page says ${said}`)
})

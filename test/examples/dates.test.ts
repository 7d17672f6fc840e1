// The example of the dates: its pairs are right, it learns, what it generates is what `eval --free` counts, and it translates words as well.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'vitest'
import { js } from '../../compiler/backend/js.ts'
import { alignmentSvg } from '../../examples/dates/alignment.ts'
import { asCsv, pairs } from '../../examples/dates/pairs.ts'
import { loadData } from '../../runtime/data/loadData.ts'
import { evaluateFree } from '../../runtime/generate/evaluateFree.ts'
import { generateNow } from '../../runtime/generate/generate.ts'
import { type CompiledModel, compile, type LoadedData, type TrainResult } from '../../runtime/index.ts'
import { predict } from '../../runtime/predict.ts'
import { train } from '../../runtime/train.ts'
import { needs } from '../support/needs.ts'

const folder = new URL('../../examples/dates/', import.meta.url)
const source = readFileSync(new URL('dates.rnn', folder), 'utf8')
const page = readFileSync(new URL('README.md', folder), 'utf8')

interface Learned extends TrainResult {
  readonly model: CompiledModel
  readonly data: LoadedData
}

async function learn(text: string, rows: readonly (readonly string[])[], sets = {}): Promise<Learned> {
  const model = compile(text, { sets })
  assert.ok(model.data)
  const read = () => new TextEncoder().encode(asCsv(rows))
  const data = await loadData(model.data, model.signature, { read })
  return { ...(await train(model, data)), model, data }
}

/** The share of the test part that is generated without a mistake, as `rnnc eval --free` reports it. */
function freeMatch({ model, data, weights }: Learned): number {
  assert.ok(data.test)
  const run = { backend: js, precision: 'f32', batch: 64, fitted: data.fitted } as const
  return Number(evaluateFree(model, data.test, data.sizes, weights, run).exact_match)
}

function predicted({ model, data, weights }: Learned): unknown[] {
  assert.ok(data.test)
  return predict(model, weights, data.test, data.sizes, data.fitted).examples.map(({ date }) => date)
}

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')

/** Reads a date in any of the ways, from the order of its parts alone. */
function understood(written: string): string {
  const parts = written.toLowerCase().match(/\d+|[a-z]+/g) ?? []
  const month = parts.map(p => months.indexOf(p.slice(0, 3)) + 1).find((n, i) => n > 0 && !parts[i].endsWith('day'))
  const numbers = parts.filter(p => /^\d/.test(p)).map(Number)
  const year = numbers.find(n => n > 31)
  const others = numbers.filter(n => n !== year)
  const [day, second] = others.length === 1 || year !== numbers[0] ? others : others.toReversed()
  return [year, month ?? second, day].map(n => String(n).padStart(2, '0')).join('-')
}

test('the pairs are dates beside themselves, each day once', () => {
  const all = pairs(3000)
  for (const [written, date] of all) assert.equal(understood(written), date, written)
  assert.equal(new Set(all.map(([, date]) => date)).size, 3000)
  assert.deepEqual(pairs(50), all.slice(0, 50))
})

test('it learns, and what it generates is what is counted', async () => {
  const digits = pairs(6000).filter(([written]) => /^\d+\/\d+\/\d+$/.test(written))
  const learned = await learn(source, digits, { units: 24, epochs: 14, batch: 16 })
  const [first, last] = [learned.history[0].training, learned.history.at(-1)?.training]
  assert.ok(last && first.loss > 1 && last.loss < 0.5, `${first.loss}, ${last?.loss}`)
  const wanted = digits.slice(-predicted(learned).length).map(([, date]) => date)
  const right = predicted(learned).filter((date, i) => date === wanted[i]).length
  assert.ok(right > 0, 'none is right')
  assert.ok(Math.abs(freeMatch(learned) - right / wanted.length) < 1e-6, `${right} of ${wanted.length}`)
})

test('its alignment is a picture: a square for each pair of characters, whose weights sum to 1', async () => {
  const { model, weights, data } = await learn(source, pairs(200), { units: 8, epochs: 1 })
  const written = '3rd of March 2026'
  const answers = [...generateNow(model, weights, { inputs: { written }, fitted: data.fitted, steps: 10 })]
  const rows = answers.map(({ date, alignment }) => {
    assert.ok(typeof date === 'string' && Array.isArray(alignment))
    return { date, alignment: alignment.map(Number) }
  })
  for (const { alignment } of rows) assert.ok(Math.abs(alignment.reduce((a, b) => a + b, 0) - 1) < 1e-5)
  const svg = alignmentSvg(written, rows)
  assert.equal(svg.match(/<rect x=.*<title>/g)?.length, written.length * rows.length)
})

test('the picture of the page is one that the program draws', () => {
  const svg = readFileSync(new URL('alignment.svg', folder), 'utf8')
  const written = '3rd of March 2026'
  const weights = [...svg.matchAll(/fill-opacity="([\d.]+)"/g)].map(([, weight]) => Number(weight))
  const rows = [...'2026-03-03'].map((date, t) => ({
    date,
    alignment: weights.slice(t * written.length, (t + 1) * written.length),
  }))
  assert.equal(alignmentSvg(written, rows), svg)
  for (const { alignment } of rows) assert.ok(Math.abs(alignment.reduce((a, b) => a + b, 0) - 1) < 0.02)
})

test('the same program translates words', async () => {
  const pair = [
    ['the cat', 'le chat'],
    ['a dog', 'un chien'],
    ['the dog', 'le chien'],
    ['a cat', 'un chat'],
  ]
  const rows = Array.from({ length: 40 }, (_, i) => pair[i % 4])
  const words = source.replaceAll('chars(', 'words(')
  const learned = await learn(words, rows, { units: 16, epochs: 60, batch: 8 })
  assert.deepEqual(predicted(learned), ['le chat', 'un chien', 'le chien', 'un chat'])
})

const long =
  process.env.RNNC_EXAMPLES === undefined && 'some minutes of training: RNNC_EXAMPLES=1 npx vitest run test/examples'

test('as it stands, it writes 99 of 100 dates without a mistake', needs(long), async () => {
  const learned = await learn(source, pairs(20_000))
  const said = /\| `exact_match` running free \| ([\d.]+) \|/.exec(page)
  assert.ok(Math.abs(freeMatch(learned) - Number(said?.[1])) < 0.001, `${freeMatch(learned)}`)
  assert.ok(freeMatch(learned) >= 0.99)
})

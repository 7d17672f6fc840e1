// The example of the reviews: it learns, reads sentences typed in, and with the data itself is as good as its page says.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'vitest'
import { greatest } from '../../dsl/greatest.ts'
import { fromArrays } from '../../runtime/data/arrays.ts'
import { type LoadOptions, loadData } from '../../runtime/data/loadData.ts'
import { epochBatches } from '../../runtime/epochBatches.ts'
import { type CompiledModel, compile } from '../../runtime/index.ts'
import { readerIn } from '../../runtime/node/index.ts'
import { predict } from '../../runtime/predict.ts'
import { train } from '../../runtime/train.ts'
import { needs } from '../support/needs.ts'

const source = readFileSync(new URL('../../examples/sentiment/sentiment.rnn', import.meta.url), 'utf8')
const page = readFileSync(new URL('../../examples/sentiment/README.md', import.meta.url), 'utf8')
const reviews = fileURLToPath(new URL('../../../shared/data/reviews.csv', import.meta.url))
const absent = !existsSync(reviews) && `the data is absent: ${reviews}`
const long =
  process.env.RNNC_EXAMPLES === undefined && 'some minutes of training: RNNC_EXAMPLES=1 npx vitest run test/examples'

async function open(options: LoadOptions, sets = {}) {
  const model = compile(source, { sets })
  assert.ok(model.data)
  return { model, data: await loadData(model.data, model.signature, options) }
}

/** Sentences in which one word tells which of two labels they have, among words that tell nothing. */
function sentences(count: number): string {
  const noise = ['film', 'plot', 'actor', 'the', 'and', 'of', 'a', 'story']
  const lines = Array.from({ length: count }, (_, i) => {
    const words = Array.from({ length: 3 + ((i * 7) % 4) }, (_, k) => noise[(i * 3 + k * 5) % 8])
    return `${[...words, i % 2 === 0 ? 'moving' : 'dull'].join(' ')},${i % 2 === 0 ? 'positive' : 'negative'}`
  })
  return `text,label\n${lines.join('\n')}\n`
}

test('it learns which words matter, and reads a sentence typed in', async () => {
  const bytes = new TextEncoder().encode(sentences(200))
  const { model, data } = await open({ read: () => bytes }, { epochs: 8, batch: 8 })
  const { weights, history } = await train(model, data)
  assert.equal(history.at(-1)?.training.accuracy, 1)
  const typed = fromArrays(model.signature, { review: ['A moving story!', 'dull: the plot'] }, { fitted: data.fitted })
  const { examples } = predict(model, weights, typed.part, { ...data.sizes, ...typed.sizes }, data.fitted)
  assert.deepEqual(
    examples.map(({ label }) => label),
    ['positive', 'negative'],
  )
})

test('its data: 9000 sentences, 10000 codes', needs(absent), async () => {
  const { data } = await open({ read: readerIn(dirname(reviews)) })
  assert.deepEqual([data.train.count, data.test?.count, data.sizes.V], [8100, 900, 10_000])
})

test('the lengths that the page says, and what batches of similar lengths save', needs(absent), async () => {
  const { model, data } = await open({ read: readerIn(dirname(reviews)) })
  const all = [data.train, data.test].flatMap(part => part?.ports.review.map(({ lengths }) => lengths[0][0]) ?? [])
  const mean = all.reduce((a, b) => a + b) / all.length
  assert.match(page, new RegExp(`Sentences have up to ${greatest(all)} words, ${mean.toFixed(0)} on average`))
  const lengths = data.train.ports.review.map(example => example.lengths[0][0])
  const computed = ({ signature, settings }: CompiledModel, bucket: boolean): number => {
    const batches = epochBatches({ signature, settings: { ...settings, bucket } }, data.train, 32, 1)(1)
    return batches.reduce((n, batch) => n + batch.length * greatest(Array.from(batch, i => lengths[i])), 0)
  }
  const [random, similar] = [computed(model, false), computed(model, true)]
  assert.match(page, new RegExp(`an epoch computes ${(random / similar).toFixed(2)} times as many words`))
})

test('the accuracy that the page says, after each epoch', needs(absent || long), async () => {
  const { model, data } = await open({ read: readerIn(dirname(reviews)) }, { epochs: 4 })
  const { test: last, ...rest } = data
  assert.ok(last)
  for (const seed of [1, 2, 3]) {
    const { history } = await train(model, { ...rest, validation: last }, { seed })
    const found = history.map(({ validation }) => Number(validation?.accuracy))
    const row = page.split('\n').find(line => line.startsWith(`| ${seed} |`)) ?? ''
    const said = row.split('|').slice(2, 6).map(Number)
    assert.equal(said.length, 4)
    const far = found.filter((a, i) => Math.abs(a - said[i]) >= 0.02)
    assert.deepEqual(far, [], `${found}, and the page says ${said}`)
    assert.ok(Math.max(...found) >= 0.75, `seed ${seed}: ${found}`)
  }
})

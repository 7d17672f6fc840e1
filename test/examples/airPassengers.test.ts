// The example of the airline passengers gives what its page says, beside rivals computed here.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'vitest'
import { load } from '../../compiler/index.ts'
import { loadData } from '../../runtime/data/loadData.ts'
import { compile, js } from '../../runtime/index.ts'
import { readerIn } from '../../runtime/node/index.ts'
import { evaluatePart } from '../../runtime/session.ts'
import { train } from '../../runtime/train.ts'

const folder = new URL('../../examples/air_passengers/', import.meta.url)
const page = readFileSync(new URL('README.md', folder), 'utf8')

/** The figures in a row of the page's table. */
function figuresOf(row: string): number[] {
  const line = page.split('\n').find(l => l.startsWith(`| ${row}`)) ?? assert.fail(`no row ${row}`)
  return (line.split('|')[2].match(/[\d.]+/g) ?? []).map(Number)
}

const close = (found: number, said: number): void =>
  assert.ok(Math.abs(found - said) < 0.001, `${found}, and the page says ${said}`)

test('examples/air_passengers gives the errors that its page says', async () => {
  const model = compile(readFileSync(new URL('air_passengers.rnn', folder), 'utf8'))
  assert.ok(model.data)
  const data = await loadData(model.data, model.signature, { read: readerIn(fileURLToPath(folder)) })
  assert.ok(data.test)
  const executable = load(model.context, model.evaluate(), js, 'f32')
  const said = figuresOf('this model')
  for (const seed of [1, 2, 3]) {
    const { weights } = await train(model, data, { seed })
    const run = { backend: js, precision: 'f32', batch: 16, seed } as const
    const report = evaluatePart(model, data.test, data.sizes, executable, weights, run)
    close(Number(report.error), said[seed - 1])
    close(Number(report.year_before), figuresOf('the figure of a year before |')[0])
  }
})

test('the rivals of the page', () => {
  const cells = readFileSync(new URL('air_passengers.csv', folder), 'utf8').trim().split('\n').slice(1)
  const values = cells.map(line => Math.log(Number(line.split(',')[1])))
  const changes = (part: readonly number[]): number[] =>
    Array.from({ length: part.length - 23 }).flatMap((_, w) =>
      Array.from({ length: 12 }, (_, i) => part[w + i + 12] - part[w + i]),
    )
  const mean = (all: readonly number[]): number => all.reduce((a, b) => a + b, 0) / all.length
  const growth = mean(changes(values.slice(0, 72)))
  const tested = changes(values.slice(101))
  assert.equal(tested.length, 20 * 12)
  close(mean(tested.map(Math.abs)), figuresOf('the figure of a year before |')[0])
  close(mean(tested.map(c => Math.abs(c - growth))), figuresOf('the figure of a year before, and')[0])
})

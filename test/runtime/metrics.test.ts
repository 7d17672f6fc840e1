// Metrics of the library against their formulas, written out here, over a whole data set; in batches of any size they are the same.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { js } from '../../compiler/backend/js.ts'
import { wasm } from '../../compiler/backend/wasm.ts'
import { compile, load } from '../../compiler/index.ts'
import { RnnError } from '../../dsl/diagnostics.ts'
import { fromArrays, type Nested } from '../../runtime/data/arrays.ts'
import { evaluatePart, type Measure, type Report } from '../../runtime/session.ts'
import { createRandom } from '../support/random.ts'
import { seed } from '../support/seed.ts'

const batches = [1, 3, 64]

/** The report of a model without weights, which must not depend on how the examples are cut into batches. */
function reportOf(source: string, arrays: Readonly<Record<string, readonly Nested[]>>): Report {
  const model = compile(`model M {\n${source}\n}`)
  const { part, sizes } = fromArrays(model.signature, arrays)
  const reports = [js, wasm].flatMap(backend => {
    const executable = load(model.context, model.evaluate(), backend, 'f64')
    return batches.map(batch => {
      const run = { backend, precision: 'f64', batch, seed: 0 } as const
      return evaluatePart(model, part, sizes, executable, {}, run)
    })
  })
  for (const report of reports) same(report, reports[0])
  return reports[0]
}

function same(found: Report, expected: Readonly<Record<string, Measure>>): void {
  for (const [name, value] of Object.entries(expected)) close(found[name], value, name)
}

function close(found: Measure, expected: Measure, what: string): void {
  if (typeof found === 'number' && typeof expected === 'number') {
    const ok = Object.is(found, expected) || Math.abs(found - expected) <= 1e-12 * Math.max(1, Math.abs(expected))
    assert.ok(ok, `${what} is ${found}, not ${expected}`)
    return
  }
  assert.ok(typeof found === 'object' && typeof expected === 'object' && found.length === expected.length, what)
  expected.forEach((value, i) => {
    close(found[i], value, `${what}[${i}]`)
  })
}

const random = createRandom(seed)
const count = 50
const list = <T>(make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
const mean = (values: readonly number[]): number => sum(values) / values.length
const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b)
const coarse = (): number => Math.round(random() * 8) / 8

const binary = `
  input p: real
  target y: class of 2
  loss average_of(p)
  metric precision(p, y)
  metric recall(p, y)
  metric f1(p, y)
  metric auc(p, y)`.replace('loss average_of(p)', 'loss p')

describe('metrics of two classes', () => {
  it('are ratios of counts, and pairs in order', () => {
    // Coarse scores: many are equal.
    const [p, y] = [list(coarse), list(() => Math.round(random()))]
    const hits = sum(p.map((s, i) => Number(s > 0.5 && y[i] === 1)))
    const said = sum(p.map(s => Number(s > 0.5)))
    const ones = sum(y)
    const pairs = p.flatMap((a, i) =>
      y[i] === 0 ? [] : p.flatMap((b, j) => (y[j] === 1 ? [] : [a > b ? 1 : a === b ? 0.5 : 0])),
    )
    const [precision, recall] = [ratio(hits, said), ratio(hits, ones)]
    same(reportOf(binary, { p, y }), {
      precision,
      recall,
      f1: ratio(2 * precision * recall, precision + recall),
      auc: mean(pairs),
    })
  })

  it('are 0 where nothing is found or there is nothing to find; without both classes there is no auc', () => {
    const { precision, recall, f1, auc } = reportOf(binary, { p: [0.1, 0.2], y: [0, 0] })
    assert.deepEqual([precision, recall, f1, auc], [0, 0, 0, Number.NaN])
  })

  it('take a distribution over two classes, or a vector of one probability', () => {
    const [p, y] = [list(coarse), list(() => Math.round(random()))]
    const expected = reportOf(binary, { p, y })
    same(
      reportOf(binary.replace('p: real', 'd: [2]').replace('loss p', 'loss d[1]').replaceAll('(p,', '(d,'), {
        d: p.map(s => [1 - s, s]),
        y,
      }),
      {
        ...expected,
      },
    )
    same(
      reportOf(binary.replace('p: real', 'd: [1]').replace('loss p', 'loss d[0]').replaceAll('(p,', '(d,'), {
        d: p.map(s => [s]),
        y,
      }),
      {
        ...expected,
      },
    )
  })

  it('are refused for three classes, with the functions that take these', () => {
    const source = (use: string) => `model M { input p: [3]; target y: class of 3; loss sum(p); metric ${use} }`
    for (const name of ['precision', 'recall', 'f1', 'auc'])
      assert.throws(
        () => compile(source(`${name}(p, y)`)),
        (error: unknown) =>
          error instanceof RnnError &&
          error.diagnostics.some(
            d =>
              d.code === 'RNN229' && d.message.includes(`\`${name}\``) && (d.help === undefined) === (name === 'auc'),
          ),
      )
  })

  it('count the valid elements of sequences, in each order', () => {
    const source = `
      input p: real over T
      target y: class of 2 over T
      loss mean(p, over T)
      metric precision(reverse(p), reverse(y))
      metric auc(reverse(p), reverse(y))
      metric length = total(1 + 0 * p)
      metric examples = total(1)`
    const [p, y] = [
      [[0.9, 0.2], [0.7], [], [0.6, 0.8, 0.1]],
      [[1, 0], [0], [], [1, 1, 0]],
    ]
    same(reportOf(source, { p, y }), { precision: 3 / 4, auc: (3 + 3 + 2) / 9, length: 6, examples: 4 })
  })
})

describe('metrics of several classes', () => {
  const several = `
    input p: [4]
    target y: class of 4
    loss sum(p)
    metric confusion(p, y)
    metric macro_precision(p, y)
    metric macro_recall(p, y)
    metric macro_f1(p, y)
    metric top_k_accuracy(p, y, 2)
    metric classes_seen(p, y)`

  it('are means over the classes that occur', () => {
    // Class 3 never occurs, nor does the model say it.
    const y = list(() => Math.floor(random() * 3))
    const p = list(() => [random(), random(), random(), -1])
    const said = p.map(row => row.indexOf(Math.max(...row)))
    const table = [0, 1, 2, 3].map(label =>
      [0, 1, 2, 3].map(s => sum(y.map((l, i) => Number(l === label && said[i] === s)))),
    )
    const of = (k: number) => ({ hits: table[k][k], said: sum(table.map(row => row[k])), labels: sum(table[k]) })
    const scores = [0, 1, 2].map(k => {
      const { hits, said: all, labels } = of(k)
      return { precision: ratio(hits, all), recall: ratio(hits, labels), f1: ratio(2 * hits, all + labels) }
    })
    same(reportOf(several, { p, y }), {
      confusion: table,
      macro_precision: mean(scores.map(s => s.precision)),
      macro_recall: mean(scores.map(s => s.recall)),
      macro_f1: mean(scores.map(s => s.f1)),
      top_k_accuracy: mean(p.map((row, i) => Number(row.filter(v => v > row[y[i]]).length < 2))),
      classes_seen: 3,
    })
  })

  it('count a class that is only predicted, or only occurs, as 0', () => {
    const p = [
      [1, 0, 0, 0],
      [0, 1, 0, 0],
    ]
    same(reportOf(several, { p, y: [0, 2] }), { macro_precision: 1 / 3, macro_recall: 1 / 3, macro_f1: 1 / 3 })
  })
})

describe('metrics of numbers', () => {
  const numbers = `
    input p: real, q: [2]
    target y: real, z: [2]
    loss p
    metric r2(p, y)
    metric both = r2(q, z)
    metric mape(p, y)
    metric rmse(p, y)`
  const r2 = (p: readonly number[], y: readonly number[]): number =>
    1 - sum(p.map((v, i) => (v - y[i]) ** 2)) / sum(y.map(v => (v - mean(y)) ** 2))

  it('are those of the whole, also far from 0', () => {
    for (const far of [0, 1e3]) {
      const y = list(() => far + random())
      const p = y.map(v => v + random() - 0.5)
      const z = list(() => [random(), 100 * random()])
      const q = z.map(row => row.map(v => v + random()))
      const column = (rows: readonly number[][], i: number): number[] => rows.map(row => row[i])
      const found = reportOf(numbers, { p, y, z, q })
      assert.ok(typeof found.r2 === 'number' && Math.abs(found.r2 - r2(p, y)) < 1e-11)
      same(found, {
        both: (r2(column(q, 0), column(z, 0)) + r2(column(q, 1), column(z, 1))) / 2,
        mape: mean(p.map((v, i) => Math.abs((v - y[i]) / y[i]))),
        rmse: Math.sqrt(mean(p.map((v, i) => (v - y[i]) ** 2))),
      })
    }
  })

  it('of a constant target: 1 where all is right, else 0', () => {
    const z = [
      [1, 2],
      [2, 3],
    ]
    same(reportOf(numbers, { p: [5, 5], y: [5, 5], q: z, z }), { r2: 1, both: 1 })
    same(reportOf(numbers, { p: [5, 6], y: [5, 5], q: z, z }), { r2: 0, both: 1 })
  })

  it('perplexity is e to the mean cross-entropy', () => {
    const source = `
      input x: [3]
      target y: class of 3
      p = softmax(x)
      loss cross_entropy(p, y)
      metric perplexity(p, y)`
    const [x, y] = [list(() => [random(), random(), random()]), list(() => Math.floor(random() * 3))]
    const surprise = x.map((row, i) => Math.log(sum(row.map(Math.exp))) - row[y[i]])
    same(reportOf(source, { x, y }), { loss: mean(surprise), perplexity: Math.exp(mean(surprise)) })
  })
})

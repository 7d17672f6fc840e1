// Predictions beside the truth: for numbers as points, for classes as a table of how often each was taken for which.
import type { CompiledModel, Port } from '../../compiler/index.ts'
import { counted } from '../../dsl/counted.ts'
import type { Part } from '../../runtime/data/example.ts'
import { type Fitted, inverse, vocabularyFor } from '../../runtime/data/fitted.ts'
import type { Answer } from '../../runtime/decodeAnswers.ts'
import type { Predictions } from '../../runtime/predict.ts'
import { drawChart } from './chart.ts'
import { element, htmlTable, type Markup } from './html.ts'

/** How many points and classes are shown at most. */
const most = { points: 2000, classes: 40 }

/** Answers and true values of a target, element by element, in the units and labels of the data. */
interface Pair {
  readonly found: number | string
  readonly truth: number | string
}

/** Tells whether a model answers at once, and not by generating its targets step by step, which takes long. */
export const answersAtOnce = (model: CompiledModel): boolean =>
  model.fedBack.length === 0 && model.signature.predictions.length > 0

/** Compares the answers for a part with its targets, one section for each that the model predicts. */
export function compareWith(model: CompiledModel, { examples }: Predictions, part: Part, fitted: Fitted): Markup[] {
  const { predictions, targets } = model.signature
  return predictions.flatMap(({ target, output }) => {
    const port = targets.find(t => t.name === target)
    // Tokens are joined to texts, which have no elements any more.
    if (port === undefined || vocabularyFor(fitted, target) !== undefined) return []
    const pairs = examples.flatMap((answers, i) => pairsOf(flat(answers[output]), port, part, i, fitted))
    if (pairs.length === 0) return []
    const section =
      port.coding === undefined && port.dtype === 'real' ? points(target, pairs) : confusion(target, pairs)
    return section === undefined ? [] : [section]
  })
}

function pairsOf(found: readonly (number | string)[], port: Port, part: Part, i: number, fitted: Fitted): Pair[] {
  const truths = inverse(fitted, port.name, part.ports[port.name].at(i).values)
  return found.length === truths.length ? found.map((value, k) => ({ found: value, truth: truths[k] })) : []
}

const flat = (answer: Answer): (number | string)[] => (typeof answer === 'object' ? answer.flatMap(flat) : [answer])

function points(target: string, pairs: readonly Pair[]): Markup | undefined {
  const every = Math.ceil(pairs.length / most.points)
  const shown = pairs.filter((_, i) => i % every === 0)
  const chart = drawChart({
    title: `${target}: prediction and truth`,
    x: 'truth',
    y: 'prediction',
    curves: [{ name: target, points: shown.map(({ found, truth }) => [Number(truth), Number(found)]) }],
    scattered: true,
  })
  if (chart === undefined) return undefined
  const note =
    every === 1 ? counted(pairs.length, 'element') : `every ${every}th of ${counted(pairs.length, 'element')}`
  return element('div', {}, chart, element('p', { class: 'note' }, `${note}; on the line the prediction is the truth.`))
}

/** The table of true classes, a row for each, by predicted ones. */
function confusion(target: string, pairs: readonly Pair[]): Markup {
  const counts = new Map<string, number>()
  const classes = new Set<string>()
  for (const { found, truth } of pairs) {
    const key = JSON.stringify([String(truth), String(found)])
    counts.set(key, (counts.get(key) ?? 0) + 1)
    classes.add(String(truth)).add(String(found))
  }
  const right = pairs.filter(({ found, truth }) => String(found) === String(truth)).length
  const told = `${target}: ${right} of ${pairs.length} are right (${((100 * right) / pairs.length).toFixed(1)} %).`
  const names = [...classes].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  if (names.length > most.classes) return element('p', {}, `${told} The table of ${names.length} classes is left out.`)
  const count = (truth: string, found: string): number => counts.get(JSON.stringify([truth, found])) ?? 0
  const head = ['truth \\ prediction', ...names]
  const rows = names.map(truth => [truth, ...names.map(found => count(truth, found))])
  return element('div', {}, element('p', {}, told), htmlTable([head, ...rows]))
}

// Builds the graphs that compute metrics in the units of the data: their formulas, on predictions, targets and inputs whose scaling is undone.
import type { LoweredModel } from './elaborate/models/lowerModel.ts'
import { ancestors } from './ir/ancestors.ts'
import { asNumber, product } from './ir/dim.ts'
import { type Graph, makersOf, type NamedValue } from './ir/graph.ts'
import { lookThrough, viewOf } from './ir/view.ts'
import { sliceGraph } from './passes/sliceGraph.ts'

export interface UnitsGraphs {
  /** inputs, targets → `@predicted.NAME`: the prediction of each target as the metrics read it. */
  readonly predicted: Graph
  /** Those, inputs, targets and lengths → what a batch gives for every value of the whole data set that the metrics read. */
  readonly parts: Graph
  /** Those values, by kind and number as in `report()` → the metrics. */
  readonly report: Graph
}

const predictedBy = '@predicted.'

/** The target whose prediction an input of `parts` is; undefined for other inputs. */
export const targetOf = (input: string): string | undefined =>
  input.startsWith(predictedBy) ? input.slice(predictedBy.length) : undefined

/**
 * Slices the metrics that read nothing but predictions, inputs and targets, among them one of `scaled`; undefined without such a metric.
 * `finish` makes the graph of some values.
 */
export function unitsGraphs(
  model: LoweredModel,
  scaled: ReadonlySet<string>,
  finish: (values: readonly NamedValue[]) => Graph,
): UnitsGraphs | undefined {
  const { builder, context, inputNames, gathered, name } = model
  const predictions = predictionsOf(model, scaled)
  const ports = new Set([...model.inputs, ...model.targets].map(p => p.name))
  const data = builder.params.flatMap((value): NamedValue[] => {
    const input = inputNames.get(value.id) ?? ''
    return ports.has(input) || input.endsWith('.lengths') ? [{ name: input, value }] : []
  })
  const given = [...predictions, ...data]
  const stop = new Set(given.map(g => g.value.id))
  const own = new Set([...predictions, ...data.filter(d => scaled.has(d.name))].map(g => g.value.id))
  const parameters = builder.params.filter(p => !stop.has(p.id))
  const behindPart = gathered.map(g => ancestors(builder.eqns, Object.values(g.parts), stop))
  const isWhole = gathered.map((_, i) => !parameters.some(p => behindPart[i].has(p.id)))
  const isScaled = gathered.map((_, i) => [...own].some(id => behindPart[i].has(id)))
  const ends = new Set(gathered.map(g => g.value.id))
  const used = new Set<number>()
  const metrics = model.reports.filter(({ value }) => {
    const behind = ancestors(builder.eqns, [value], ends)
    const read = [...gathered.keys()].filter(i => behind.has(gathered[i].value.id))
    if (read.some(i => !isWhole[i]) || !read.some(i => isScaled[i])) return false
    for (const i of read) used.add(i)
    return true
  })
  if (metrics.length === 0) return undefined
  const wanted = [...used].sort((a, b) => a - b)
  const parts = wanted.flatMap(i =>
    Object.entries(gathered[i].parts).map(([part, value]) => ({ name: `${part}.${i}`, value })),
  )
  const needed = given.filter(g => wanted.some(i => behindPart[i].has(g.value.id)))
  const wholes = wanted.map(i => ({ name: `${gathered[i].kind}.${i}`, value: gathered[i].value }))
  const of = needed.filter(g => targetOf(g.name) !== undefined)
  return {
    predicted: finish(of),
    parts: sliceGraph(context, builder, `${name} in units`, needed, parts),
    report: sliceGraph(context, builder, `${name} report in units`, wholes, metrics),
  }
}

/** The predictions of scaled targets: the values that these were made of, before they were laid out anew. */
function predictionsOf(
  { builder, targets, predictions, outputs }: LoweredModel,
  scaled: ReadonlySet<string>,
): NamedValue[] {
  const { producer } = viewOf(makersOf(builder.eqns))
  return predictions.flatMap(({ target, output }) => {
    const port = targets.find(t => t.name === target)
    const finished = outputs.find(o => o.name === output)
    if (port === undefined || finished === undefined || !scaled.has(target)) return []
    // The components of an item have scalings of their own, so that their order must stay.
    const moves = asNumber(product(port.item)) === 1 ? ['reshape', 'transpose'] : ['reshape']
    const value = lookThrough(finished.tensor.value, producer, ({ op }) => moves.includes(op))
    return [{ name: predictedBy + target, value }]
  })
}

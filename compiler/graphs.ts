// Builds the graphs of a model, each for one use: predictions, measures, gradient, training step, report.
import type { Span } from '../dsl/ast.ts'
import { fail } from '../dsl/diagnostics.ts'
import { belongsTo } from './elaborate/models/checkModel.ts'
import type { LoweredModel } from './elaborate/models/lowerModel.ts'
import { type OptimizerState, optimizerSteps } from './elaborate/models/optimizer.ts'
import { plateauInput } from './elaborate/models/plateau.ts'
import type { Settings } from './elaborate/models/settings.ts'
import { type Recipe, staticValue } from './elaborate/values/entity.ts'
import type { Builder, Context } from './ir/builder.ts'
import { type Dim, equal } from './ir/dim.ts'
import { type Graph, makersOf, type NamedValue, type Value } from './ir/graph.ts'
import { viewOf } from './ir/view.ts'
import { type Accumulation, accumulateGradients } from './passes/accumulateGradients.ts'
import { carryOver } from './passes/carryOver.ts'
import { clipGradients, jointNorm } from './passes/clipGradients.ts'
import { dropInputs } from './passes/dropInputs.ts'
import { grad } from './passes/grad.ts'
import { type Pipeline, runPasses, standard } from './passes/pipeline.ts'
import { readAnswers } from './passes/readAnswers.ts'
import { sliceGraph } from './passes/sliceGraph.ts'

export interface GraphOptions {
  /** Called with the graph before the first pass (`lower`), after each pass, and with its gradient before the backward passes (`grad`). */
  readonly onDump?: (stage: string, graph: Graph) => void
  /** The passes, if not the standard ones. */
  readonly pipeline?: Pipeline
  /** The length that `truncate` cuts: a run sees one window of it at a time. */
  readonly windows?: Dim
  /** Whether the model reads its own answers, given as inputs `@answer.NAME`, where it reads targets late; losses read the targets. */
  readonly readsOwnAnswers?: boolean
}

export interface GradientOptions extends GraphOptions {
  /** Whether to add the gradient of every real input and target. */
  readonly inputs?: boolean
}

/** The graph of a training step on one batch, with its optimizer states. */
export interface TrainingGraph {
  readonly graph: Graph
  readonly context: Context
  readonly states: readonly OptimizerState[]
  /** Names of the parameters that training changes. */
  readonly trained: readonly string[]
  /** The rate of the optimizer, where it is a number of the file; a graph that is watched gives any other as `@rate`. */
  readonly rate?: number
}

export interface TrainingOptions extends GraphOptions {
  /** Whether a step also gives the norm of all gradients, before clipping, and the rate that its optimizer returns. */
  readonly watched?: boolean
}

/** Further results of a training graph that is watched. */
export const watchedOutputs = { norm: '@gradient_norm', rate: '@rate' } as const

/** inputs → outputs and predictions. */
export const predictionGraph = (model: LoweredModel, options: GraphOptions): Graph =>
  dropInputs(forward(model, model.outputs, options))

/** inputs, targets → some values of the model. */
export const valueGraph = (model: LoweredModel, values: readonly NamedValue[], options: GraphOptions): Graph =>
  dropInputs(forward(model, values, options))

/** inputs, targets → the loss, and what a batch gives for every value of the whole data set. */
export const measureGraph = (model: LoweredModel, options: GraphOptions): Graph =>
  dropInputs(forward(model, measures(model), options))

/** As `measureGraph`, and `d:NAME` for every parameter and, if they are asked for, every real input and target. */
export function gradientGraph(model: LoweredModel, options: GradientOptions): Graph {
  const graph = lossGraph(model, options)
  const inputs = options.inputs ? [...model.inputs, ...model.targets].filter(p => p.dtype === 'real') : []
  const names = [...model.parameters, ...inputs].map(p => p.name)
  const { builder, gradients } = grad(model.context, graph, 'loss', names)
  const block = builder.finish([...graph.results, ...gradients.values()])
  const outputs = [...graph.outputs, ...names.map(n => `d:${n}`)]
  const whole = { ...graph, ...block, outputs }
  options.onDump?.('grad', whole)
  return backward(model, whole, options)
}

/** parameters, optimizer states, batch → new parameters and optimizer states, and the results of `measureGraph`. `place` is for errors. */
export function trainingGraph(
  model: LoweredModel,
  settings: Settings,
  place: Span,
  options: TrainingOptions,
): TrainingGraph {
  const graph = lossGraph(model, options)
  const recipe = settings.optimizer ?? fail('RNN209', { callee: 'train', name: 'optimizer' }, { span: place })
  const trained = model.parameters.flatMap(({ name }) => (settings.freeze?.some(f => belongsTo(name, f)) ? [] : [name]))
  const { builder, gradients } = grad(model.context, graph, 'loss', trained)
  const group = (settings.accumulate ?? 1) > 1 ? accumulateGradients(builder, gradients) : undefined
  const whole = group?.gradients ?? gradients
  const clipped = settings.clip === undefined ? whole : clipGradients(builder, whole, settings.clip)
  const moving = [...clipped].map(([name, gradient]) => ({
    name,
    value: graph.params[graph.inputs.indexOf(name)],
    gradient,
  }))
  const factor = settings.plateau && builder.param({ dtype: 'real', shape: [] }, { hint: 'plateau' })
  const { parameters, states, rate } = optimizerSteps(model, builder, recipe, moving, factor)
  const kept = [...moving.map((m, i) => ({ ...parameters[i], before: m.value })), ...states]
  const moved: readonly NamedValue[] = group === undefined ? kept : kept.map(k => settled(k, group))
  const sums = group?.sums ?? []
  const fixedRate = staticRate(recipe, rate, builder)
  const changing = fixedRate === undefined ? rate : undefined
  const watched = options.watched === true ? watchedValues(builder, whole, changing) : []
  const outputs: readonly NamedValue[] = [...moved, ...sums, ...watched]
  const block = builder.finish([...outputs.map(m => m.value), ...graph.results])
  const training = {
    ...block,
    name: model.name,
    // These became parameters of the block in this order, the states as the steps were emitted.
    inputs: [...graph.inputs, ...(group?.inputs ?? []), ...(factor ? [plateauInput] : []), ...states.map(s => s.name)],
    outputs: [...outputs.map(m => m.name), ...graph.outputs],
    inPlace: true as const,
  }
  options.onDump?.('grad', training)
  return {
    graph: backward(model, training, options),
    context: model.context,
    states: [
      ...states.map(({ name, dtype, shape, init }) => ({ name, dtype, shape, init })),
      ...sums.map(({ name, dtype, shape }) => ({ name, dtype, shape, init: { kind: 'number', value: 0 } as const })),
    ],
    trained,
    ...(fixedRate !== undefined && { rate: fixedRate }),
  }
}

/** Gives the rate of an optimizer if it is one number: of what its steps return, else of its hyper-parameter `rate`. */
function staticRate({ hypers }: Recipe, returned: Value | undefined, { eqns }: Builder): number | undefined {
  if (returned !== undefined) return viewOf(makersOf(eqns)).uniform(returned)
  const given = hypers.get('rate')
  return given && staticValue(given)
}

/** A parameter or a state that changes with the last run of a step alone. */
const settled = (
  { name, before, value }: NamedValue & { readonly before: Value },
  group: Accumulation,
): NamedValue => ({
  name,
  value: group.settle(before, value),
})

function watchedValues(builder: Builder, gradients: ReadonlyMap<string, Value>, rate: Value | undefined): NamedValue[] {
  const norm = { name: watchedOutputs.norm, value: jointNorm(builder, gradients) }
  return rate === undefined ? [norm] : [norm, { name: watchedOutputs.rate, value: rate }]
}

/** `average.i` and the like, by kind, over a data set → the loss and the reports. */
export function reportGraph(model: LoweredModel): Graph {
  const gathered = model.gathered.map(({ kind, value }, i) => ({ name: `${kind}.${i}`, value }))
  const results = [...lossOf(model), ...model.reports]
  return sliceGraph(model.context, model.builder, `${model.name} report`, gathered, results)
}

const lossOf = ({ loss }: LoweredModel): NamedValue[] => (loss === undefined ? [] : [{ name: 'loss', value: loss }])

function measures(model: LoweredModel): NamedValue[] {
  const parts = model.gathered.flatMap((g, i) =>
    Object.entries(g.parts).map(([name, value]) => ({ name: `${name}.${i}`, value })),
  )
  const all = [...lossOf(model), ...parts]
  return all.length > 0 ? all : noLoss(model)
}

const lossGraph = (model: LoweredModel, options: GraphOptions): Graph =>
  model.loss === undefined ? noLoss(model) : forward(model, measures(model), options)

const noLoss = (model: LoweredModel): never =>
  fail('RNN311', { model: model.name }, { span: model.scope.instance?.unit.name.span })

function forward(model: LoweredModel, results: readonly NamedValue[], options: GraphOptions): Graph {
  const block = model.builder.finish(results.map(r => r.value))
  const inputs = block.params.map(p => model.inputNames.get(p.id) ?? fail('RNN413', { feature: `input ${p.hint}` }))
  const given = { ...block, name: model.name, inputs, outputs: results.map(r => r.name) }
  const answered = model.outputs.map(o => o.value)
  const whole = options.readsOwnAnswers ? readAnswers(model.context, given, model.fedBack, answered) : given
  const { windows } = options
  const graph = windows === undefined ? whole : carryOver(model.context, whole, windows, fromStart(model, windows))
  options.onDump?.('lower', graph)
  return runPasses(model.context, graph, pipelineOf(options).forward, options)
}

/** Finds the values that count from the start of the sequences that are cut; other axes begin anew in every window. */
const fromStart = ({ session }: LoweredModel, windows: Dim): ReadonlyMap<number, 'position' | 'first'> =>
  new Map(session.fromStart.flatMap(f => (equal(f.axis.size, windows) ? [[f.value.id, f.kind] as const] : [])))

const backward = (model: LoweredModel, graph: Graph, options: GraphOptions): Graph =>
  dropInputs(runPasses(model.context, graph, pipelineOf(options).backward, options))

const pipelineOf = ({ pipeline = standard }: GraphOptions): Pipeline => pipeline

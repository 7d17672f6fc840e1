// Sets up one random program for trial: compiled by the compiler under test and by a trusted one, with weights and a batch of its own.
import type { Backend, Buffer } from '../../compiler/backend/backend.ts'
import { immediateBackends } from '../../compiler/backend/backends.ts'
import { js } from '../../compiler/backend/js.ts'
import { type CompiledModel, compile, type Graph, loadPlan, type Plan, planFor } from '../../compiler/index.ts'
import type { OpTable } from '../../compiler/ir/builder.ts'
import { evaluate, type Sizes } from '../../compiler/ir/dim.ts'
import { interpret } from '../../compiler/ir/interpret.ts'
import { naive, type Pipeline, pipelines, standard } from '../../compiler/passes/pipeline.ts'
import type { PlanPass } from '../../compiler/plan/passes/planPass.ts'
import { planPasses } from '../../compiler/plan/passes/planPasses.ts'
import { type Derivation, derivation } from '../../compiler/stream/derivation.ts'
import { once } from '../../runtime/once.ts'
import { type Random, random } from '../../runtime/random.ts'
import { drawInputs } from '../../runtime/session.ts'
import { nearbyPlaces } from '../gradients/nearby.ts'
import { createSubject, type OwnGraph, type Place, type Subject } from '../gradients/subject.ts'
import { extendGraph } from '../numbers/extend.ts'
import { roundings } from '../numbers/roundings.ts'
import { type Batch, drawBatch, drawWeights } from './drawBatch.ts'
import type { FuzzCase } from './fuzzCase.ts'

/** Parts of the compiler under test; any that is left out is the compiler's own. */
export interface UnderTest {
  readonly ops?: OpTable
  /** The pipeline whose gradients are judged. */
  readonly pipeline?: Pipeline
  /** Every pipeline that must agree with the interpreter. */
  readonly pipelines?: readonly Pipeline[]
  readonly backends?: readonly Backend[]
  /** The passes over plans. */
  readonly planPasses?: readonly PlanPass[]
  /** The parts of which the step of a stream is derived. */
  readonly derivation?: Derivation
}

export type Arrays = Readonly<Record<string, Buffer>>

export interface Trial {
  readonly case: FuzzCase
  readonly tested: Required<Omit<UnderTest, 'ops'>>
  readonly model: CompiledModel
  /** The same program with the compiler's own ops, whose naive graphs are trusted. */
  readonly reference: CompiledModel
  readonly batch: Batch
  readonly weights: Arrays
  /** Everything that a graph may read. */
  readonly inputs: Arrays
  readonly draw: Random
  readonly subject: () => Subject
  /** The tested graph of that name, ready to run; made once for each pipeline. */
  readonly tried: (name: GraphName, pipeline?: Pipeline) => Tried
}

/** Runs a graph; the results are the caller's own. */
export type Run = (sizes: Sizes, inputs: Arrays) => Arrays

export interface Tried extends OwnGraph {
  /** Runs it on the first backend. */
  readonly run: Run
  /** Prepares it to run on another. */
  readonly on: (backend: Backend) => Run
  /** Rounding errors of each result at the trial's own place. */
  readonly rounding: () => Rounding
}

/** Rounding errors of each result of a graph at a place, by the name of the output. */
export interface Rounding {
  /** Bound to first order, as long as no other branch is taken. */
  readonly bound: (output: string) => ArrayLike<number>
  /** Results at places that differ from it by rounding alone. */
  readonly nearby: (output: string) => readonly ArrayLike<number>[]
}

export const graphNames = ['predict', 'gradient'] as const
export type GraphName = (typeof graphNames)[number]

/** Compiles a case. Throws RnnError if the source is not a valid program. */
export function openTrial(fuzzCase: FuzzCase, under: UnderTest = {}): Trial {
  const { source, data } = fuzzCase
  const reference = compile(source)
  const model = under.ops === undefined ? reference : compile(source, { ops: under.ops })
  const tested = { pipeline: standard, pipelines, backends: immediateBackends, planPasses, derivation, ...under }
  const batch = drawBatch(model.signature, fuzzCase)
  const weights = drawWeights(model.signature, batch.sizes, data)
  const inputs = { ...batch.arrays, ...weights, ...drawInputs(data, 0) }
  const place = placeOf({ tested, batch, inputs })
  const made = new Map<string, Tried>()
  return {
    case: fuzzCase,
    tested,
    model,
    reference,
    batch,
    weights,
    inputs,
    draw: random(data, 'trial'),
    subject: once(() =>
      createSubject({
        gradient: { context: model.context, graph: model.gradient({ inputs: true, pipeline: tested.pipeline }) },
        loss: { context: reference.context, graph: reference.evaluate({ pipeline: naive }) },
        ...place,
      }),
    ),
    tried: (name, pipeline = tested.pipeline) => {
      const key = `${name} ${pipeline.name}`
      const found = made.get(key) ?? tryGraph({ context: model.context, graph: graphOf(model, name, pipeline) }, place)
      made.set(key, found)
      return found
    },
  }
}

/** A graph ready to run at a place. */
export function tryGraph(own: OwnGraph, { backend, sizes, inputs }: Place): Tried {
  const on = runnerOf(own)
  const run = once(() => on(backend))
  return {
    ...own,
    on,
    run: (at, arrays) => run()(at, arrays),
    rounding: once(() => roundingOf(own, sizes, inputs)),
  }
}

/** Arrays with each of them changed. */
export const mapArrays = (arrays: Arrays, change: (data: Arrays[string], name: string) => Arrays[string]): Arrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, data]) => [name, change(data, name)]))

/** Gives the place at which the trial's gradients are judged. */
export const placeOf = ({ tested, batch, inputs }: Pick<Trial, 'tested' | 'batch' | 'inputs'>): Place => ({
  backend: tested.backends[0] ?? js,
  sizes: batch.sizes,
  inputs,
})

/** The graph of that name; the gradient is that of real inputs too. */
export const graphOf = (model: CompiledModel, name: GraphName, pipeline: Pipeline): Graph =>
  model[name]({ pipeline, ...(name === 'gradient' && { inputs: true }) })

/** Runs a graph on a backend in float64; the results are the caller's own. */
export const runOn = (backend: Backend, own: OwnGraph): Run => runnerOf(own)(backend)

/** Runs a graph on several backends; those that lack the same share a plan. */
export function runnerOf({ context, graph }: OwnGraph): (backend: Backend) => Run {
  const plans = new Map<string, Plan>()
  return backend => {
    const lacks = backend.lacks?.join() ?? ''
    const made = plans.get(lacks) ?? planFor(backend, context, graph)
    plans.set(lacks, made)
    const executable = loadPlan(made, backend, 'f64')
    return (sizes, inputs) => {
      // A run in place overwrites its inputs, so it gets stored copies, as in training.
      const given = graph.inPlace ? executable.store(mapArrays(inputs, data => data.slice())) : inputs
      const results = executable.run(sizes, given)
      return Object.fromEntries(Object.entries(results).map(([name, data]) => [name, data.slice()]))
    }
  }
}

/** Runs a graph in the interpreter. */
export function interpreted({ context, graph }: OwnGraph, sizes: Sizes, inputs: Arrays): Arrays {
  const args = graph.params.map((p, i) => ({
    shape: p.shape.map(d => evaluate(d, sizes)),
    data: Float64Array.from(inputs[graph.inputs[i]]),
  }))
  const results = interpret(context, graph, args, sizes)
  return Object.fromEntries(graph.outputs.map((name, i) => [name, results[i].data]))
}

/** Computes the rounding errors of each result of a graph. */
export function roundingOf({ context, graph }: OwnGraph, sizes: Sizes, inputs: Arrays): Rounding {
  const bounds = runOn(js, { context, graph: extendGraph(context, graph, roundings, []) })(sizes, inputs)
  const nearby = once(() => {
    const run = runOn(js, { context, graph })
    return nearbyPlaces(inputs).map(place => run(sizes, place))
  })
  return {
    bound: output => Float64Array.from(bounds[`rounding:${output}`] ?? [], bound => bound * Number.EPSILON),
    nearby: output => nearby().map(results => results[output]),
  }
}

// Begins a stream from values: checks weights, constants and sizes, and packs what is given at the start and at each step.
import type { Backend, Precision } from '../../compiler/backend/backend.ts'
import { js } from '../../compiler/backend/js.ts'
import {
  type CompiledModel,
  type Executable,
  elementOfTarget,
  type Graph,
  type StreamGraphs,
} from '../../compiler/index.ts'
import { evaluate, type Sizes } from '../../compiler/ir/dim.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { fromArrays, type Nested } from '../data/arrays.ts'
import { checkLabelled, type Fitted } from '../data/fitted.ts'
import { checkPart } from '../data/precision.ts'
import { checkFinite } from '../finiteWeights.ts'
import { loadWithin } from '../memoryBudget.ts'
import { type Batch, pack } from '../packBatch.ts'
import type { Weights } from '../session.ts'
import { openStream, type StreamRun } from './openStream.ts'
import type { StepSignature } from './stepSignature.ts'
import { type Arrays, positionState } from './streamStates.ts'

export interface StartOptions {
  readonly backend?: Backend
  /** Precision of the computation: f32 if left out, in the library that of the training. */
  readonly precision?: Precision
  /** With it, values are in the units and labels of the data, else in the numbers of the network. */
  readonly fitted?: Fitted
  /** Sizes that no data binds. */
  readonly sizes?: Sizes
  /** Seed of random initial states. */
  readonly seed?: number
  /** Makes the executable of a graph, where several streams that run one after the other share them. */
  readonly executable?: (graph: Graph) => Executable
}

/** A stream that has begun. */
export interface Started {
  readonly model: CompiledModel
  readonly graphs: StreamGraphs
  readonly run: StreamRun
  /** Sizes of all axes and dims outside the elements. */
  readonly sizes: Sizes
  /** The lengths of ragged axes outside the elements, as `T.lengths`. */
  readonly lengths: Arrays
  readonly precision: Precision
  readonly fitted?: Fitted
}

/** Values by the name of an input, a list with one for each row. */
export type Columns = Readonly<Record<string, readonly Nested[]>>

/** Checks weights and sizes, and begins with the constants of each row. Throws the errors that `stream` lists. */
export function startStream(
  model: CompiledModel,
  graphs: StreamGraphs,
  weights: Weights,
  constants: Batch,
  options: StartOptions,
): Started {
  const { backend = js, precision = 'f32', fitted, seed } = options
  const { inputs, sizes } = constants
  const rows = sizes[graphs.batch]
  model.checkSizes(sizes)
  checkFinite(model.signature.parameters, weights, sizes)
  if (fitted !== undefined) checkLabelled(model.signature, fitted, sizes)
  const smaller = 'use fewer rows, or a smaller model'
  const measured = { model, doing: 'streaming', sizes, precision, smaller }
  const executable = options.executable ?? ((graph: Graph) => loadWithin(measured, model.context, graph, backend))
  const given = { backend, precision, rows, ...(seed !== undefined && { seed }), executable }
  const run = openStream(graphs, { ...inputs, ...weights }, sizes, given)
  const lengths = Object.fromEntries(Object.entries(inputs).filter(([name]) => name.endsWith('.lengths')))
  return { model, graphs, run, sizes, lengths, precision, ...(fitted && { fitted }) }
}

/** Arrays of one step. */
export interface Packed {
  readonly arrays: Arrays
  /** Sizes of axes inside the element. */
  readonly inner: Sizes
}

/**
 * Packs an element of each row. `columns` hold those of `going`, the rows that do not pause: of others anything may be in its place.
 * Throws RNN401, RNN411, RNN408, RNN412, RNN417 and RNN424 for elements that do not fit.
 */
export function packElements(
  started: Started,
  { step }: StepSignature,
  columns: Columns,
  going: readonly number[],
): Packed {
  const { sizes, fitted, precision, run } = started
  const numbers = going.map(row => row + 1)
  const { part } = fromArrays(step, columns, { sizes, numbers, ...(fitted && { fitted }) })
  checkPart(step.inputs, part, precision, numbers)
  const places = Int32Array.from({ length: run.rows }, (_, row) => Math.max(0, going.indexOf(row)))
  const { inputs, sizes: inner } = pack(step.inputs, part, places, sizes, precision)
  const nameOf = graphNames(started)
  return { arrays: Object.fromEntries(Object.entries(inputs).map(([name, data]) => [nameOf(name), data])), inner }
}

/** Makes what gives the name of an input of the step in its graph: a target that is read late has another there. */
export function graphNames({ model }: Pick<Started, 'model'>): (name: string) => string {
  const targets = new Set(model.signature.targets.map(t => t.name))
  return name => (targets.has(name) ? elementOfTarget(name) : name)
}

/** Throws RNN521 if a row has had all elements of an axis of fixed length. */
export function checkNotOver({ graphs, run, sizes }: Started, rows: Iterable<number>): void {
  if (graphs.length === undefined) return
  const length = evaluate(graphs.length, sizes)
  for (const row of rows) if (run.states[positionState][row] >= length) fail('RNN521', { length, axis: graphs.axis })
}

/** The indices of all examples of a part. */
export const allOf = (count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => i)

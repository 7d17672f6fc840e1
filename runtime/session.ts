// Runs batches through the executables of a compiled model, with its initial weights and its losses.
import type {
  AnyBackend,
  AnyExecutable,
  Buffer,
  Executable,
  Precision,
  Ran,
  Results,
} from '../compiler/backend/backend.ts'
import type { Parameter } from '../compiler/elaborate/values/signature.ts'
import type { CompiledModel, Graph, OptimizerState, Port } from '../compiler/index.ts'
import { array, type NdArray, row, sizeOf } from '../compiler/ir/array.ts'
import type { Context } from '../compiler/ir/builder.ts'
import { evaluate, type Sizes } from '../compiler/ir/dim.ts'
import { interpret } from '../compiler/ir/interpret.ts'
import { fail } from '../dsl/diagnostics.ts'
import type { Part } from './data/example.ts'
import { createWhole } from './gathered.ts'
import { initializing, workOfInitializing } from './initializers.ts'
import { batchesOf, pack } from './packBatch.ts'
import { finishRuns, finishRunsAsync, type Running } from './running.ts'
import { finish, finishAsync, type Work } from './work.ts'

/** The values of parameters by path, row-major in their declared shapes. */
export type Weights = Readonly<Record<string, Buffer>>

/** A metric: a number, or for one of several values a list, such as the table of `confusion`. */
export type Measure = number | readonly Measure[]

/** The loss and the metrics by name; a loss alone is `loss`. */
export type Report = Readonly<Record<string, Measure>>

/** The report of a model that has a loss. */
export interface LossReport extends Report {
  readonly loss: number
}

/** The loss and the metrics that are one number each. */
export const numbersOf = (report: Report): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(report).flatMap(([name, value]) => (typeof value === 'number' ? [[name, value] as const] : [])),
  )

/** The report, of which the loss is known to be there. Throws a plain Error without one. */
export function withLoss(report: Report): LossReport {
  const { loss } = report
  if (typeof loss !== 'number') throw new Error('the model has no loss')
  return { ...report, loss }
}

/** A real array of a precision. */
export const realArray = (precision: Precision, data: ArrayLike<number>): Float32Array | Float64Array =>
  precision === 'f32' ? new Float32Array(data) : new Float64Array(data)

/** A parameter or a state of the optimizer, which has initial values. */
type Started = Parameter & Partial<Pick<OptimizerState, 'dtype'>>

/** Draws the weights of an untrained model, by seed and path alone. RNN507 if a size is not known. */
export const initialWeights = (model: CompiledModel, sizes: Sizes, seed: number, precision: Precision): Weights =>
  finish(drawing(model.signature.parameters, sizes, seed, precision))

/** Draws the states of an optimizer as training begins. */
export const initialStates = (
  states: readonly OptimizerState[],
  sizes: Sizes,
  seed: number,
  precision: Precision,
): Record<string, Buffer> => finish(drawing(states, sizes, seed, precision))

export interface DrawOptions {
  /** Receives now and then the fraction of the whole that is done. */
  readonly onProgress?: (done: number) => void
  readonly signal?: AbortSignal
}

/** As `initialWeights`, with pauses in which interrupts are noticed: these end it with RNN516. */
export const initialWeightsAsync = (
  { signature }: CompiledModel,
  sizes: Sizes,
  seed: number,
  precision: Precision,
  options: DrawOptions = {},
): Promise<Weights> => drawAsync(signature.parameters, sizes, seed, precision, options)

/** Draws initial parameters and optimizer states, with pauses. */
export async function drawAsync(
  all: readonly Started[],
  sizes: Sizes,
  seed: number,
  precision: Precision,
  { onProgress, signal }: DrawOptions,
): Promise<Record<string, Buffer>> {
  const whole = all.reduce((n, p) => n + workOfInitializing(p, sizes), 0)
  let done = 0
  const heed = (): void => {
    if (signal?.aborted) fail('RNN516', {})
  }
  const drawn = await finishAsync(drawing(all, sizes, seed, precision), units => {
    heed()
    done += units
    onProgress?.(Math.min(1, done / whole))
  })
  heed()
  return drawn
}

function* drawing(
  all: readonly Started[],
  sizes: Sizes,
  seed: number,
  precision: Precision,
): Work<Record<string, Buffer>> {
  const drawn: [string, Buffer][] = []
  for (const one of all) {
    const values = yield* initializing(one, sizes, seed)
    const real = one.dtype === undefined || one.dtype === 'real'
    drawn.push([one.name, real ? realArray(precision, values) : Int32Array.from(values)])
  }
  return Object.fromEntries(drawn)
}

/** For each value of the whole data set, in the order of `report()`, the numbers that batches have added up to so far. */
export type Sums = readonly number[][]

/** Sums of nothing. */
export const noSums = (model: CompiledModel): Sums => model.report().inputs.map(() => [])

/** Adds up the losses and metrics of batches, and computes those of all of them. */
export interface Totals {
  add(results: Readonly<Record<string, Buffer>>): void
  /** The loss and the metrics of everything added so far. */
  report(): Report
}

/** Makes totals that go on from these sums, and change them. `sizes` are those of the model that its data has bound. */
export const createTotals = (model: CompiledModel, sizes: Sizes, sums: Sums = noSums(model)): Totals =>
  gatheredBy(model.context, model.report(), sizes, sums)

/** As `createTotals`, for a graph whose inputs are values of the whole data set, by kind and number. */
export function gatheredBy(context: Context, graph: Graph, sizes: Sizes, sums: Sums = []): Totals {
  const wholes = graph.inputs.map((input, i) => {
    return { number: input.slice(input.indexOf('.') + 1), ...createWhole(input, sums[i]) }
  })
  return {
    add: results => {
      for (const { number, add } of wholes) add(name => results[`${name}.${number}`])
    },
    report: () => {
      const values = wholes.map((whole, i) => {
        const shape = graph.params[i].shape.map(d => evaluate(d, sizes))
        return array(shape, whole.value(sizeOf(shape)))
      })
      const results = interpret(context, graph, values, sizes)
      return Object.fromEntries(graph.outputs.map((name, i) => [name, measureOf(results[i])]))
    },
  }
}

/** The lists of an array, or its one number. */
function measureOf(a: NdArray): Measure {
  if (a.shape.length === 0) return a.data[0]
  return Array.from({ length: a.shape[0] }, (_, i) => measureOf(row(a, i)))
}

/** Inputs of random draws; graphs without draws ignore them. */
export const drawInputs = (seed: number, step: number): Record<string, Int32Array> => ({
  '@seed': Int32Array.of(seed),
  '@step': Int32Array.of(step),
})

export interface RunOptions {
  readonly backend: AnyBackend
  readonly precision: Precision
  /** Examples a batch. */
  readonly batch: number
  readonly seed: number
  /** After each batch; the fraction of the part that is done. */
  readonly onBatch?: (done: number) => void
  /** Ends `evaluatePartAsync` with its reason. */
  readonly signal?: AbortSignal
}

/** Examples of some ports, with the sizes that they bound. */
export interface Examined {
  readonly ports: readonly Port[]
  readonly part: Part
  readonly sizes: Sizes
}

/** Runs every batch of a part in order. The results of each must be there before the next is asked for. */
export function* runBatches(
  executable: AnyExecutable,
  weights: Weights,
  { ports, part, sizes }: Examined,
  options: RunOptions,
): Generator<{
  readonly ran: Ran
  readonly indices: Int32Array
  readonly sizes: Sizes
  readonly inputs: Results
}> {
  let done = 0
  const stored = executable.store(weights)
  for (const indices of batchesOf(part.count, options.batch, 'ordered')) {
    const batch = pack(ports, part, indices, sizes, options.precision)
    const ran = executable.run(batch.sizes, { ...batch.inputs, ...stored, ...drawInputs(options.seed, 0) })
    yield { ran, indices, sizes: batch.sizes, inputs: batch.inputs }
    done += indices.length
    options.onBatch?.(done / part.count)
  }
}

/** Arguments of an evaluation: a compiled model on data, by the executable of `model.evaluate()`. */
type Evaluation<E> = readonly [
  model: CompiledModel,
  part: Part,
  sizes: Sizes,
  executable: E,
  weights: Weights,
  options: RunOptions,
]

/**
 * Gives the loss and the metrics of a part, averaged over all its valid elements, in the numbers of the network (scaled, if the data
 * is). `executable` is that of `model.evaluate()`. An empty part reports zeros; RNN507 where a size is not known, and the errors of
 * `checkSizes` for the others.
 */
export const evaluatePart = (...evaluation: Evaluation<Executable>): Report => finishRuns(evaluating(...evaluation))

/** As `evaluatePart`, also on a device. RNN514 where that fails. */
export async function evaluatePartAsync(...evaluation: Evaluation<AnyExecutable>): Promise<Report> {
  const [, , , , , { signal }] = evaluation
  return finishRunsAsync(evaluating(...evaluation), signal)
}

function* evaluating(
  ...[model, part, sizes, executable, weights, options]: Evaluation<AnyExecutable>
): Running<Report> {
  model.checkSizes(sizes)
  const totals = createTotals(model, sizes)
  const ports = [...model.signature.inputs, ...model.signature.targets]
  for (const { ran } of runBatches(executable, weights, { ports, part, sizes }, options)) totals.add(yield ran)
  return totals.report()
}

/** Backend that really ran, the device where there are several, and the threads where there are several. */
export interface WhatRan {
  readonly backend: string
  readonly device?: string
  readonly threads?: number
}

/** Copies these from an executable, or from a result that has them. */
export const whatRan = ({ backend, device, threads }: WhatRan): WhatRan => ({
  backend,
  ...(device !== undefined && { device }),
  ...(threads !== undefined && threads > 1 && { threads }),
})

/** Does something with an executable, and frees its memory, also after an error. */
export function usingNow<E extends AnyExecutable, T>(executable: E, use: (executable: E) => T): T {
  try {
    return use(executable)
  } finally {
    executable.dispose?.()
  }
}

/** As `usingNow`, for what takes time. */
export async function using<E extends AnyExecutable, T>(executable: E, use: (executable: E) => Promise<T>): Promise<T> {
  try {
    return await use(executable)
  } finally {
    executable.dispose?.()
  }
}

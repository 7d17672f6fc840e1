// A compiled model with its executables, and the way a batch reaches them.
import type { AnyBackend, AsyncExecutable, Buffer, Executable, Precision } from '../compiler/backend/backend.ts'
import type { CompiledModel, OptimizerState, Port } from '../compiler/index.ts'
import { array } from '../compiler/ir/array.ts'
import type { Sizes } from '../compiler/ir/dim.ts'
import { interpret } from '../compiler/ir/interpret.ts'
import { batchesOf, pack } from './batch.ts'
import type { Part } from './data/example.ts'
import { initialize } from './initializers.ts'

/** The values of parameters by path, row-major in their declared shapes. */
export type Weights = Readonly<Record<string, Buffer>>

/** The loss and the metrics by name; a loss alone is `loss`. */
export type Report = Readonly<Record<string, number>>

/** A real array of a precision. */
export const realArray = (precision: Precision, data: ArrayLike<number>): Float32Array | Float64Array =>
  precision === 'f32' ? Float32Array.from(data) : Float64Array.from(data)

/** The weights of an untrained model: by seed and path alone. RNN507 if a size is not known. */
export function initialWeights(model: CompiledModel, sizes: Sizes, seed: number, precision: Precision): Weights {
  const entries = model.signature.parameters.map(
    p => [p.name, realArray(precision, initialize(p, sizes, seed))] as const,
  )
  return Object.fromEntries(entries)
}

/** The states of an optimizer as training begins. */
export function initialStates(
  states: readonly OptimizerState[],
  sizes: Sizes,
  seed: number,
  precision: Precision,
): Record<string, Buffer> {
  return Object.fromEntries(
    states.map(s => {
      const values = initialize({ name: s.name, shape: s.shape, init: s.init }, sizes, seed)
      return [s.name, s.dtype === 'real' ? realArray(precision, values) : Int32Array.from(values)]
    }),
  )
}

/** Adds up what batches report, and turns the sums into averages over all of them. */
export interface Totals {
  add(results: Readonly<Record<string, Buffer>>): void
  /** The loss and the metrics of everything added so far. */
  report(): Report
}

export function createTotals(model: CompiledModel): Totals {
  const graph = model.report()
  const sums = graph.inputs.map(() => 0)
  const counts = graph.inputs.map(() => 0)
  return {
    add: results => {
      graph.inputs.forEach((_, i) => {
        sums[i] += results[`sum.${i}`][0]
        counts[i] += results[`count.${i}`][0]
      })
    },
    report: () => {
      const averages = sums.map((sum, i) => array([], [counts[i] === 0 ? 0 : sum / counts[i]]))
      const results = interpret(model.context, graph, averages, {})
      return Object.fromEntries(graph.outputs.map((name, i) => [name, results[i].data[0]]))
    },
  }
}

/** The inputs that draws read, for graphs without a seed to ignore. */
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
}

/** What runs a batch at a time: `R` is its results, or the promise of them. */
export interface Runner<R> extends Pick<Executable, 'backend' | 'store'> {
  run(sizes: Sizes, inputs: Readonly<Record<string, Buffer>>): R
}

/** The results of a run, or the promise of them. */
export type Ran = Readonly<Record<string, Buffer>> | Promise<Readonly<Record<string, Buffer>>>

/** Every batch of a part in order, through an executable. One that promises its results must have kept that before the next. */
export function* runBatches<R>(
  ports: readonly Port[],
  part: Part,
  sizes: Sizes,
  executable: Runner<R>,
  weights: Weights,
  options: RunOptions,
): Generator<{
  readonly results: R
  readonly indices: Int32Array
  readonly sizes: Sizes
  readonly inputs: Readonly<Record<string, Buffer>>
}> {
  let done = 0
  const stored = executable.store(weights)
  for (const indices of batchesOf(part.count, options.batch, 'ordered')) {
    const batch = pack(ports, part, indices, sizes, options.precision)
    const results = executable.run(batch.sizes, { ...batch.inputs, ...stored, ...drawInputs(options.seed, 0) })
    yield { results, indices, sizes: batch.sizes, inputs: batch.inputs }
    done += indices.length
    options.onBatch?.(done / part.count)
  }
}

/**
 * The loss and the metrics of a part, averaged over all its valid elements, in the numbers of the network (scaled, if the data is).
 * `executable` is that of `model.evaluate()`. An empty part reports zeros; RNN507 where a size is not known,
 * and what `checkSizes` finds of the others.
 */
export function evaluatePart(
  model: CompiledModel,
  part: Part,
  sizes: Sizes,
  executable: Executable,
  weights: Weights,
  options: RunOptions,
): Report {
  model.checkSizes(sizes)
  const totals = createTotals(model)
  for (const { results } of measured(model, part, sizes, executable, weights, options)) totals.add(results)
  return totals.report()
}

/** As `evaluatePart`, on a device too. RNN514 where that fails. */
export async function evaluatePartAsync(
  model: CompiledModel,
  part: Part,
  sizes: Sizes,
  executable: Executable | AsyncExecutable,
  weights: Weights,
  options: RunOptions,
): Promise<Report> {
  model.checkSizes(sizes)
  const totals = createTotals(model)
  for (const { results } of measured<Ran>(model, part, sizes, executable, weights, options)) totals.add(await results)
  return totals.report()
}

const measured = <R>(
  { signature }: CompiledModel,
  part: Part,
  sizes: Sizes,
  executable: Runner<R>,
  weights: Weights,
  options: RunOptions,
) => runBatches([...signature.inputs, ...signature.targets], part, sizes, executable, weights, options)

/** What really ran: the backend, and the device where that may be one of several. */
export interface WhatRan {
  readonly backend: string
  readonly device?: string
}

/** That of an executable, or of a result that says it. */
export const whatRan = ({ backend, device }: WhatRan): WhatRan =>
  device === undefined ? { backend } : { backend, device }

/** Does something with an executable, and frees what it holds on a device, whatever comes of it. */
export async function using<E extends Executable | AsyncExecutable, T>(
  executable: E,
  use: (executable: E) => Promise<T>,
): Promise<T> {
  try {
    return await use(executable)
  } finally {
    if ('dispose' in executable) executable.dispose()
  }
}

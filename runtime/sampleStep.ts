// A run of one of a model's graphs on a typical batch, to measure backends with.
import type { Buffer, Precision } from '../compiler/backend/backend.ts'
import type { CompiledModel, Graph } from '../compiler/index.ts'
import type { Context } from '../compiler/ir/builder.ts'
import type { Sizes } from '../compiler/ir/dim.ts'
import { fail } from '../dsl/diagnostics.ts'
import type { Part } from './data/example.ts'
import { epochBatches } from './epochBatches.ts'
import { checkMemory } from './memoryBudget.ts'
import { type Batch, batchesOf, largestSizes, pack } from './packBatch.ts'
import { drawInputs, initialStates, initialWeights, type Weights } from './session.ts'
import { runInputs } from './trainingRuns.ts'

export interface SampleStep {
  readonly context: Context
  readonly graph: Graph
  readonly precision: Precision
  /** With B, the number of examples. */
  readonly sizes: Sizes
  /** Weights and optimizer states, which stay from run to run. */
  readonly stored: Readonly<Record<string, Buffer>>
  /** Inputs of a single run. */
  readonly inputs: Readonly<Record<string, Buffer>>
}

export interface SampleOptions {
  /** Examples a batch. */
  readonly batch: number
  readonly precision: Precision
  readonly seed: number
  /** Weights to use; those of an untrained model if left out. */
  readonly weights?: Weights
  /** Bytes of memory that it may take; 16 GB if left out. */
  readonly memory?: number
}

/** Number of batches among which the typical one is chosen. */
const looked = 9

/**
 * Makes a run of a graph on the batch of median size among the first of the part. `sizes` are those that the examples do not show
 * themselves; RNN507 for a missing one, the errors of `checkSizes` for the others, RNN405 for an empty part, RNN209 for `train` where no
 * optimizer is named.
 */
export function sampleStep(
  model: CompiledModel,
  name: 'predict' | 'loss' | 'gradient' | 'train',
  part: Part,
  sizes: Sizes,
  { batch: size, precision, seed, weights, memory }: SampleOptions,
): SampleStep {
  const { signature, context } = model
  if (part.count === 0)
    fail('RNN405', { what: `the ${name === 'train' ? 'training ' : ''}part` }, { span: model.data?.span })
  model.checkSizes(sizes)
  const batches = name === 'train' ? epochBatches(model, part, size, seed)(1) : batchesOf(part.count, size, 'ordered')
  const stored = (known: Sizes): Weights => weights ?? initialWeights(model, known, seed, precision)
  if (name === 'train') {
    const training = model.train()
    const steps = runInputs(model, training, { train: part, sizes }, batches, {
      precision,
      state: { runs: 0, carried: {}, history: [] },
    })
    const smaller = 'lower `batch`'
    const known = largestSizes([...signature.inputs, ...signature.targets], part, size, sizes)
    checkMemory({ model, doing: 'training', sizes: known, precision, copies: 2, smaller, memory }, training.graph)
    const { batch, inputs } = middle(take(steps, looked), s => s.batch)
    return {
      context: training.context,
      graph: training.graph,
      precision,
      sizes: batch.sizes,
      stored: { ...stored(batch.sizes), ...initialStates(training.states, batch.sizes, seed, precision) },
      inputs: { ...batch.inputs, ...inputs, ...drawInputs(seed, 0) },
    }
  }
  const graph = { predict: model.predict, loss: model.evaluate, gradient: model.gradient }[name]()
  const ports = name === 'predict' ? signature.inputs : [...signature.inputs, ...signature.targets]
  const packed = batches.slice(0, looked).map(indices => pack(ports, part, indices, sizes, precision))
  const batch = middle(packed, b => b)
  return {
    context,
    graph,
    precision,
    sizes: batch.sizes,
    stored: stored(batch.sizes),
    inputs: { ...batch.inputs, ...drawInputs(seed, 0) },
  }
}

function take<T>(from: Iterable<T>, most: number): T[] {
  const taken: T[] = []
  for (const item of from) {
    taken.push(item)
    if (taken.length === most) break
  }
  return taken
}

/** Picks the item whose batch has the median size. */
function middle<T>(list: readonly T[], batchOf: (item: T) => Batch): T {
  const elements = (item: T): number => Object.values(batchOf(item).inputs).reduce((n, a) => n + a.length, 0)
  return list.toSorted((a, b) => elements(a) - elements(b))[list.length >> 1]
}

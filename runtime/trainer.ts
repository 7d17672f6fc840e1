// A training under way: its loaded graphs, the state that its steps update in place, and how far it is.
import type { AnyBackend, AnyExecutable, Buffer, Precision } from '../compiler/backend/backend.ts'
import type { CompiledModel, TrainingGraph } from '../compiler/index.ts'
import { fail, RnnError } from '../dsl/diagnostics.ts'
import { type Best, copyOf, createBest, type Snapshot } from './best.ts'
import type { Part } from './data/example.ts'
import type { LoadedData } from './data/loadData.ts'
import { epochBatches } from './epochBatches.ts'
import { drawAsync, evaluatePartAsync, type Report, type Weights, whatRan } from './session.ts'
import type { EpochReport, TrainOptions, TrainResult } from './train.ts'

/** The graphs of a training on a backend. */
export interface LoadedTraining {
  readonly model: CompiledModel
  readonly training: TrainingGraph
  readonly executable: AnyExecutable
  /** The graph that measures; given if there is a validation part with examples. */
  readonly evaluation: AnyExecutable | undefined
}

export interface Trainer extends LoadedTraining {
  readonly data: LoadedData
  readonly options: SettledOptions
  readonly seed: number
  /** Examples a batch. */
  readonly batch: number
  /** Gives the indices of the examples of each batch of an epoch. */
  readonly batches: (epoch: number) => readonly Int32Array[]
  /** Parameters and optimizer states. */
  readonly state: Readonly<Record<string, Buffer>>
  /** The parameters among them. */
  readonly parameters: Weights
  readonly limits: { readonly epochs: number; readonly steps: number }
  readonly progress: Progress
  readonly best: Best
}

export type SettledOptions = TrainOptions & { readonly backend: AnyBackend; readonly precision: Precision }

/** How far a training is. */
export interface Progress {
  /** Steps that were begun, and those whose results have come: a device runs several at once. */
  begun: number
  steps: number
  ended: TrainResult['ended']
  readonly history: EpochReport[]
}

/** Draws the first weights and optimizer states. Errors of `drawAsync`. */
export async function createTrainer(
  loaded: LoadedTraining,
  data: LoadedData,
  options: SettledOptions,
): Promise<Trainer> {
  const { model, training, executable, evaluation } = loaded
  const { settings, signature } = model
  const { precision, signal, weights, onDraw } = options
  const seed = options.seed ?? settings.seed ?? 0
  const drawn = [...(weights === undefined ? signature.parameters : []), ...training.states]
  // Each step updates the state of training in place: nothing is allocated but the batches.
  const state = executable.store({
    ...copyOf(weights ?? {}),
    ...(await drawAsync(drawn, data.sizes, seed, precision, {
      ...(onDraw && { onProgress: onDraw }),
      ...(signal && { signal }),
    })),
  })
  await executable.fetch?.()
  const parameters = Object.fromEntries(signature.parameters.map(p => [p.name, state[p.name]]))
  const { steps = Number.POSITIVE_INFINITY, batch = 32 } = settings
  const epochs = settings.epochs ?? (settings.steps === undefined ? 10 : Number.POSITIVE_INFINITY)
  return {
    ...loaded,
    data,
    options,
    seed,
    batch,
    batches: epochBatches(model, data.train, batch, seed),
    state,
    parameters,
    limits: { epochs, steps },
    progress: { begun: 0, steps: 0, ended: 'done', history: [] },
    best: createBest(parameters, evaluation === undefined),
  }
}

/** RNN504 for a value that is not finite. */
export function refuseValue({ model, progress }: Trainer, what: string, value: number): never {
  return fail('RNN504', { what, value: String(value), step: progress.steps }, { span: model.trainBlock?.span })
}

/** Measures the loss and the metrics of a part; undefined if an interrupt comes first, which ends training. */
export async function measure(
  { model, data, options, batch, seed, progress }: Trainer,
  part: Part,
  measuring: AnyExecutable,
  weights: Weights,
): Promise<Report | undefined> {
  const { backend, precision, signal } = options
  try {
    return await evaluatePartAsync(model, part, data.sizes, measuring, weights, {
      backend,
      precision,
      batch,
      seed,
      ...(signal && { signal }),
    })
  } catch (error) {
    if (!signal?.aborted || error instanceof RnnError) throw error
    progress.ended = 'aborted'
    return undefined
  }
}

/** Gives the result of a training with the weights that were chosen. */
export const resultOf = ({ progress, executable }: Trainer, { epoch, weights }: Snapshot): TrainResult => ({
  weights: copyOf(weights),
  history: progress.history,
  epoch,
  steps: progress.steps,
  ended: progress.ended,
  ...whatRan(executable),
})

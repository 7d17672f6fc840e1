// Trains a model: epoch by epoch, up to a limit or until the validation loss stops falling, and chooses the weights of the result.
import type { AnyBackend, AnyExecutable, Precision } from '../compiler/backend/backend.ts'
import { js } from '../compiler/backend/js.ts'
import { type CompiledModel, load } from '../compiler/index.ts'
import { symbolsOf } from '../compiler/ir/dim.ts'
import { fail, isFailure, RnnError } from '../dsl/diagnostics.ts'
import { leastOf, type Snapshot, type Snapshots } from './best.ts'
import type { Part } from './data/example.ts'
import type { LoadedData } from './data/loadData.ts'
import { labelNotes } from './data/notes.ts'
import { checkPart } from './data/precision.ts'
import { loadWithin, type Run } from './memoryBudget.ts'
import { largestSizes } from './packBatch.ts'
import { type LossReport, using, type Weights, type WhatRan } from './session.ts'
import {
  createTrainer,
  type LoadedTraining,
  measure,
  refuseValue,
  resultOf,
  type SettledOptions,
  type Trainer,
} from './trainer.ts'
import { runEpoch } from './trainingEpoch.ts'
import { TrainingFailed } from './trainingFailed.ts'
import type { TrainingState } from './trainingState.ts'
import { windowsOf } from './truncationWindows.ts'
import { createRests } from './work.ts'

export interface TrainOptions {
  readonly backend?: AnyBackend
  /** f32 by default. */
  readonly precision?: Precision
  /** Overrides the file's. */
  readonly seed?: number
  /** Bytes that training may take; 16 GB if left out. */
  readonly memory?: number
  /** Weights to begin with, of either precision; those that are drawn if left out. */
  readonly weights?: Weights
  /**
   * The state of an earlier training of the same model on the same data, to go on from: the result is that of one unbroken training.
   * RNN528 if it is past the end that `epochs`, `steps` or `patience` sets.
   */
  readonly from?: TrainingState
  /** Where the state is saved. Not for devices other than the CPU. */
  readonly checkpoint?: Checkpointing
  /** Whether the reports contain the rate of the optimizer and the norm of the gradients. */
  readonly watched?: boolean
  /** Called while the first weights are drawn, with the fraction that is done. */
  readonly onDraw?: (done: number) => void
  /** Called after each step. */
  readonly onStep?: (progress: StepReport) => void
  /** Called after each epoch, with its averages. */
  readonly onEpoch?: (epoch: EpochReport, moment: Moment) => void
  /** Ends training after the step in progress and returns the weights learned so far. RNN516 before the first step. */
  readonly signal?: AbortSignal
}

/** How a training saves its state, by a function that may write what `encodeState` gives to a file, and read it again by `decodeState`. */
export interface Checkpointing {
  /** How often the state is saved; it is also saved at the end, and where the signal ends training. Only then if left out. */
  readonly every?: { readonly steps: number } | { readonly seconds: number }
  /** Saves the state, which training changes after the promise is fulfilled. An error of it ends training. */
  readonly save: (state: TrainingState) => Promise<void>
}

/** How far training is as it reports something. */
export interface Moment {
  readonly step: number
  /** Seconds of training so far. */
  readonly seconds: number
}

/** What is watched, where it is asked for and known. */
export interface WatchedReport {
  /** The rate of the optimizer in the last step. */
  readonly rate?: number
  /** Norm of all gradients before clipping: of the step, or the mean over the steps of an epoch. */
  readonly gradientNorm?: number
}

/** A step, from 1, with the loss of its batches. */
export interface StepReport extends Moment, WatchedReport {
  readonly epoch: number
  /** Fraction of the whole that is done, if patience does not end it earlier. */
  readonly done: number
  readonly loss: number
}

/** Averages over an epoch, from 1: of its training steps, and of the validation part after it. */
export interface EpochReport extends WatchedReport {
  readonly epoch: number
  readonly training: LossReport
  readonly validation?: LossReport
}

/** What a training has come to. */
export interface TrainResult extends WhatRan {
  /** Finite ones: those of the epoch with the best validation loss where `patience` is set, else the last. */
  readonly weights: Weights
  readonly history: readonly EpochReport[]
  /** Epoch of the weights, from 1. */
  readonly epoch: number
  readonly steps: number
  readonly ended: 'done' | 'patience' | 'aborted' | 'failed'
}

/** Number of training batches that tell spoiled weights from others. */
const looked = 16

/**
 * Trains a model by its `train` block. Every step is the training graph: forward, backward, clipping and the optimizer. Losses and
 * metrics are in the numbers of the network (scaled, if the data is).
 * With `truncate` a step is a window of a batch, which begins with the state that the window before has left. With `accumulate` a step is
 * several runs of the graph, whose gradients are added up.
 * Throws RNN405 for an empty training part, the errors of `checkSizes` for the sizes of the data, RNN417 for data that is infinite in
 * the precision, RNN507 where a size is not known, RNN516 if it is interrupted before it begins, RNN519 where it takes more memory than
 * available, RNN501 for weights of another model, RNN525 for the state of another training, RNN528 for a state past its end; and
 * `TrainingFailed`, with the best weights so far, where training fails: RNN504 where a loss, a weight or a state of the
 * optimizer is not finite, RNN514 where a device fails.
 */
export async function train(model: CompiledModel, data: LoadedData, options: TrainOptions = {}): Promise<TrainResult> {
  const { backend = js, precision = 'f32' } = options
  if (data.train.count === 0) fail('RNN405', { what: 'the training part' }, { span: model.data?.span })
  model.checkSizes(data.sizes, labelNotes(model.signature, data.fitted))
  const ports = [...model.signature.inputs, ...model.signature.targets]
  for (const part of data.precision === precision ? [] : [data.train, data.validation]) {
    if (part !== undefined) checkPart(ports, part, precision)
  }
  const training = model.train(undefined, { watched: options.watched === true })
  const run = trainingRun(model, data, precision, options.memory)
  return using(loadWithin(run, training.context, training.graph, backend), executable => {
    const go = (evaluation?: AnyExecutable): Promise<TrainResult> =>
      trainOn({ model, training, executable, evaluation }, data, { ...options, backend, precision })
    const { validation } = data
    if (validation === undefined || validation.count === 0) return go()
    const checking: Run = {
      ...run,
      // Sequences are measured whole, also where training cuts them.
      sizes: largestSizes(ports, validation, model.settings.batch ?? 32, data.sizes),
      copies: 1,
      smaller: 'reduce `batch`, or make the validation part smaller, whose sequences are measured whole',
    }
    return using(loadWithin(checking, model.context, model.evaluate(), backend), go)
  })
}

/** Sizes and copies of a training run, for `checkMemory`. */
export function trainingRun(
  model: CompiledModel,
  { train: part, sizes: known }: LoadedData,
  precision: Precision,
  memory: number | undefined,
): Run {
  const { signature, settings, windows } = model
  const sizes = largestSizes([...signature.inputs, ...signature.targets], part, settings.batch ?? 32, known)
  const { truncate = Number.POSITIVE_INFINITY } = settings
  const cut = windows === undefined ? [] : symbolsOf(windows).map(name => [name, Math.min(sizes[name], truncate)])
  const smaller = 'reduce `batch`, or for long sequences set `checkpoint = auto` or `truncate`'
  return {
    model,
    doing: 'training',
    sizes: { ...sizes, ...Object.fromEntries(cut) },
    precision,
    copies: (settings.accumulate ?? 1) > 1 ? 4 : 3,
    smaller,
    memory,
  }
}

/** Trains with loaded graphs. */
async function trainOn(loaded: LoadedTraining, data: LoadedData, options: SettledOptions): Promise<TrainResult> {
  const trainer = await createTrainer(loaded, data, options)
  const { limits, state, ending } = trainer
  const pause = createRests()
  // Also ends an epoch that a limit of steps has cut short before.
  const goesOn = (): boolean => state.epoch <= limits.epochs && (state.steps < limits.steps || state.runs > 0)
  try {
    let whole = true
    while (whole && ending.ended === 'done' && goesOn()) whole = await runEpoch(trainer, pause)
    if (whole) await trainer.keep('now')
    const chosen = await choose(trainer, candidates(trainer))
    if (!Number.isFinite(chosen.loss)) refuseValue(trainer, 'the loss with these weights', chosen.loss)
    return resultOf(trainer, chosen)
  } catch (error) {
    throw error instanceof RnnError ? new TrainingFailed(error.diagnostics, await remains(trainer, error)) : error
  }
}

/** Weights that the result may have: the last, or the best where `patience` is set. */
function candidates({ model, parameters, state }: Trainer): Snapshots {
  const [first, second] = state.best
  if (model.settings.patience === undefined || first.epoch === 0)
    return [{ epoch: state.history.length, weights: parameters, loss: 0 }]
  return second === undefined || second.epoch === 0 ? [first] : [first, second]
}

/** Picks the best of some weights; without a validation part, by the loss of some training data. */
async function choose(trainer: Trainer, snapshots: Snapshots): Promise<Snapshot> {
  const { model, evaluation } = trainer
  const { backend, precision, signal } = trainer.options
  if (evaluation !== undefined || signal?.aborted) return snapshots[0]
  const part = lookedAt(trainer)
  return using(load(model.context, model.evaluate(), backend, precision), measuring =>
    leastOf(snapshots, async weights => (await measure(trainer, part, measuring, weights))?.loss),
  )
}

/** Takes the first training batches, and with `truncate` the first window of these, so that a run is no larger than a step of training. */
function lookedAt({ model, data: { train: all }, batch }: Trainer): Part {
  const { signature, settings, windows } = model
  const part: Part = { ...all, count: Math.min(all.count, looked * batch) }
  if (windows === undefined || settings.truncate === undefined) return part
  const indices = Int32Array.from({ length: part.count }, (_, i) => i)
  const [first] = windowsOf([...signature.inputs, ...signature.targets], part, indices, windows, settings.truncate)
  return first.part
}

/** Result of a failed training: the best weights, if they are worth keeping. */
async function remains(trainer: Trainer, error: RnnError): Promise<TrainResult | undefined> {
  const snapshots = trainer.state.best
  if (snapshots[0].epoch === 0) return undefined
  // A failed device cannot measure any more.
  const chosen = isFailure(error, 'RNN504') ? await choose(trainer, snapshots).catch(() => snapshots[0]) : snapshots[0]
  trainer.ending.ended = 'failed'
  return chosen.epoch > 0 && Number.isFinite(chosen.loss) ? resultOf(trainer, chosen) : undefined
}

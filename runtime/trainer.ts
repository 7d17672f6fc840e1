// A training under way: its loaded graphs, the state that its steps update in place, and how far it is.
import type { AnyBackend, AnyExecutable, Precision } from '../compiler/backend/backend.ts'
import type { CompiledModel, TrainingGraph } from '../compiler/index.ts'
import { fail, RnnError } from '../dsl/diagnostics.ts'
import { copyOf, firstSnapshot, type Snapshot } from './best.ts'
import type { Part } from './data/example.ts'
import type { LoadedData } from './data/loadData.ts'
import { epochBatches } from './epochBatches.ts'
import { drawAsync, evaluatePartAsync, type LossReport, noSums, type Weights, whatRan, withLoss } from './session.ts'
import { stateFor } from './stateFor.ts'
import type { TrainOptions, TrainResult } from './train.ts'
import { checkNotPast, isPatienceOver, type Limits, limitsOf } from './trainingLimits.ts'
import { nothingWatched, type TrainingState } from './trainingState.ts'
import { weightsFor } from './weightsFor.ts'

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
  /** Everything that changes from step to step. */
  readonly state: TrainingState
  /** The parameters among its values. */
  readonly parameters: Weights
  readonly limits: Limits
  readonly ending: Ending
  /** Gives the seconds of training so far. */
  readonly seconds: () => number
  /** Saves the state where that is due, or in any case. */
  readonly keep: (when: 'due' | 'now') => Promise<void>
}

export type SettledOptions = TrainOptions & { readonly backend: AnyBackend; readonly precision: Precision }

/** How this run of a training ends; another may go on from its state. */
export interface Ending {
  ended: TrainResult['ended']
}

/** Draws the first weights and optimizer states, or takes the state to go on from. Errors of `drawAsync` and `checkNotPast`. */
export async function createTrainer(
  loaded: LoadedTraining,
  data: LoadedData,
  options: SettledOptions,
): Promise<Trainer> {
  const { model, executable } = loaded
  const { settings, signature } = model
  const seed = options.seed ?? settings.seed ?? 0
  const { precision, from } = options
  const before = from && stateFor({ ...loaded, sizes: data.sizes, precision }, from)
  if (before !== undefined)
    checkNotPast({ model, training: data.train, seed, state: before, called: 'the state to go on from' })
  // Each step updates these in place: nothing is allocated but the batches.
  const values = executable.store(before?.values ?? (await firstValues(loaded, data, options, seed)))
  await executable.fetch?.()
  const parameters = Object.fromEntries(signature.parameters.map(p => [p.name, values[p.name]]))
  const state: TrainingState = { ...(before ?? firstState(model, parameters)), values }
  const { batch = 32 } = settings
  const seconds = clockFrom(state.seconds)
  const trainer: Omit<Trainer, 'keep'> = {
    ...loaded,
    data,
    options,
    seed,
    batch,
    batches: epochBatches(model, data.train, batch, seed),
    state,
    parameters,
    limits: limitsOf(settings),
    ending: { ended: 'done' },
    seconds,
  }
  const { patience } = settings
  if (patience !== undefined && isPatienceOver(state, patience)) trainer.ending.ended = 'patience'
  return { ...trainer, keep: keeper(trainer) }
}

/** Draws the parameters, unless weights are given, and the states of the optimizer. */
async function firstValues(
  { model, training }: LoadedTraining,
  data: LoadedData,
  { precision, signal, weights, onDraw }: SettledOptions,
  seed: number,
): Promise<Weights> {
  const drawn = [...(weights === undefined ? model.signature.parameters : []), ...training.states]
  return {
    ...(weights && copyOf(weightsFor(model, weights, data.sizes, precision))),
    ...(await drawAsync(drawn, data.sizes, seed, precision, {
      ...(onDraw && { onProgress: onDraw }),
      ...(signal && { signal }),
    })),
  }
}

const firstState = (model: CompiledModel, parameters: Weights): TrainingState => ({
  epoch: 1,
  runs: 0,
  allRuns: 0,
  steps: 0,
  seconds: 0,
  lossOfStep: 0,
  totals: noSums(model),
  watched: nothingWatched(),
  history: [],
  best: firstSnapshot(parameters),
  values: parameters,
  carried: {},
})

function clockFrom(before: number): () => number {
  const started = performance.now()
  return () => before + (performance.now() - started) / 1000
}

/** Makes the function that saves the state of a training. */
function keeper({ state, executable, options, seconds }: Omit<Trainer, 'keep'>): Trainer['keep'] {
  const { checkpoint } = options
  if (checkpoint === undefined) return async () => {}
  const { save, every } = checkpoint
  let kept = { steps: state.steps, seconds: state.seconds }
  const isDue = (): boolean =>
    every !== undefined &&
    ('steps' in every
      ? state.steps > kept.steps && state.steps % every.steps === 0
      : seconds() - kept.seconds >= every.seconds)
  return async when => {
    if (when === 'due' && !isDue()) return
    await executable.fetch?.()
    state.seconds = seconds()
    kept = { steps: state.steps, seconds: state.seconds }
    await save(state)
  }
}

/** RNN504 for a value that is not finite. */
export function refuseValue({ model, state }: Trainer, what: string, value: number): never {
  return fail('RNN504', { what, value: String(value), step: state.steps }, { span: model.trainBlock?.span })
}

/** Measures the loss and the metrics of a part; undefined if an interrupt comes first, which ends training. */
export async function measure(
  { model, data, options, batch, seed, ending }: Trainer,
  part: Part,
  measuring: AnyExecutable,
  weights: Weights,
): Promise<LossReport | undefined> {
  const { backend, precision, signal } = options
  try {
    const report = await evaluatePartAsync(model, part, data.sizes, measuring, weights, {
      backend,
      precision,
      batch,
      seed,
      ...(signal && { signal }),
    })
    return withLoss(report)
  } catch (error) {
    if (!signal?.aborted || error instanceof RnnError) throw error
    ending.ended = 'aborted'
    return undefined
  }
}

/** Gives the result of a training with the weights that were chosen. */
export const resultOf = ({ state, ending, executable }: Trainer, { epoch, weights }: Snapshot): TrainResult => ({
  weights: copyOf(weights),
  history: state.history,
  epoch,
  steps: state.steps,
  ended: ending.ended,
  ...whatRan(executable),
})

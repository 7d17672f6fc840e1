// The training loop: batches through the training graph, epoch by epoch, with validation and patience.
import type { AnyBackend, AnyExecutable, Buffer, Precision } from '../compiler/backend/backend.ts'
import { js } from '../compiler/backend/js.ts'
import { type CompiledModel, load, type TrainingGraph } from '../compiler/index.ts'
import { symbolsOf } from '../compiler/ir/dim.ts'
import { fail, isFailure, RnnError } from '../dsl/diagnostics.ts'
import { copyOf, createBest, leastOf, type Snapshot } from './best.ts'
import type { Part } from './data/example.ts'
import type { LoadedData } from './data/loadData.ts'
import { labelNotes } from './data/notes.ts'
import { checkPart } from './data/precision.ts'
import { epochBatches } from './epochBatches.ts'
import { notFinite } from './finite.ts'
import { loadWithin, type Run } from './memoryBudget.ts'
import { largestSizes } from './packBatch.ts'
import {
  createTotals,
  drawAsync,
  drawInputs,
  evaluatePartAsync,
  type Report,
  using,
  type Weights,
  type WhatRan,
  whatRan,
} from './session.ts'
import { TrainingFailed } from './trainingFailed.ts'
import { stepInputs, stepsIn } from './trainingSteps.ts'
import { createRests } from './work.ts'

export interface TrainOptions {
  readonly backend?: AnyBackend
  /** f32 by default. */
  readonly precision?: Precision
  /** Overrides the file's. */
  readonly seed?: number
  /** Bytes that training may take; 16 GB if left out. */
  readonly memory?: number
  /** Weights to go on from. */
  readonly weights?: Weights
  /** Called while the first weights are drawn, with the fraction that is done. */
  readonly onDraw?: (done: number) => void
  /** Called after each step. */
  readonly onStep?: (progress: StepReport) => void
  readonly onEpoch?: (epoch: EpochReport) => void
  /** Ends training after the step in progress and returns the weights learned so far. RNN516 before the first step. */
  readonly signal?: AbortSignal
}

export interface StepReport {
  readonly step: number
  readonly epoch: number
  /** Fraction of the whole that is done, if patience does not end it earlier. */
  readonly done: number
  readonly loss: number
}

export interface EpochReport {
  readonly epoch: number
  readonly training: Report
  readonly validation?: Report
}

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
 * With `truncate` a step is a window of a batch, which begins with the state that the window before has left.
 * Throws RNN405 for an empty training part, the errors of `checkSizes` for the sizes of the data, RNN417 for data that is infinite in
 * the precision, RNN507 where a size is not known, RNN516 if it is interrupted before it begins, RNN519 where it takes more memory than
 * available; and `TrainingFailed`, with the best weights so far, where training fails: RNN504 where a loss, a weight or a state of the
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
  const training = model.train()
  const run = trainingRun(model, data, precision, options.memory)
  return using(loadWithin(run, training.context, training.graph, backend), executable => {
    const go = (evaluation?: AnyExecutable): Promise<TrainResult> =>
      trainOn(model, training, executable, evaluation, data, { ...options, backend, precision })
    const checking = {
      ...trainingRun(model, { ...data, train: data.validation ?? data.train }, precision, options.memory),
      copies: 1,
    }
    const validated = data.validation !== undefined && data.validation.count > 0
    return validated ? using(loadWithin(checking, model.context, model.evaluate(), backend), go) : go()
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
    copies: 3,
    smaller,
    memory,
  }
}

/** Trains with loaded graphs. `evaluation` is given where there is a validation part with examples. */
async function trainOn(
  model: CompiledModel,
  training: TrainingGraph,
  executable: AnyExecutable,
  evaluation: AnyExecutable | undefined,
  data: LoadedData,
  options: TrainOptions & Required<Pick<TrainOptions, 'backend' | 'precision'>>,
): Promise<TrainResult> {
  const { settings, signature } = model
  const { backend, precision, signal } = options
  const seed = options.seed ?? settings.seed ?? 0
  const batchSize = settings.batch ?? 32
  const drawn = [...(options.weights === undefined ? signature.parameters : []), ...training.states]
  // Each step updates the state of training in place: nothing is allocated but the batches.
  const state = executable.store({
    ...copyOf(options.weights ?? {}),
    ...(await drawAsync(drawn, data.sizes, seed, precision, {
      ...(options.onDraw && { onProgress: options.onDraw }),
      ...(signal && { signal }),
    })),
  })
  await executable.fetch?.()
  const parameters = Object.fromEntries(signature.parameters.map(p => [p.name, state[p.name]]))

  const { steps: mostSteps = Number.POSITIVE_INFINITY } = settings
  const epochs = settings.epochs ?? (settings.steps === undefined ? 10 : Number.POSITIVE_INFINITY)
  const batches = epochBatches(model, data.train, batchSize, seed)
  const history: EpochReport[] = []
  const best = createBest(parameters, evaluation === undefined)
  const { ahead = 1 } = executable
  let begun = 0
  let step = 0
  let ended: TrainResult['ended'] = 'done'
  const pause = createRests()
  const diverged = (what: string, value: number): never =>
    fail('RNN504', { what, value: String(value), step }, { span: model.trainBlock?.span })

  async function runEpoch(epoch: number): Promise<void> {
    const totals = createTotals(model)
    const chosen = batches(epoch)
    const stepsOfEpoch = chosen.reduce((n, indices) => n + stepsIn(model, data.train, indices), 0)
    const stepsBefore = step
    const ending = (results: Readonly<Record<string, Buffer>>): void => {
      step++
      const loss = results.loss[0]
      if (!Number.isFinite(loss)) diverged('the loss', loss)
      totals.add(results)
      const done = Math.max(step / mostSteps, (epoch - 1 + (step - stepsBefore) / stepsOfEpoch) / epochs)
      options.onStep?.({ step, epoch, done, loss })
    }
    /** Steps begun on a device whose results have not come yet. */
    const underWay: Promise<Readonly<Record<string, Buffer>>>[] = []
    try {
      for (const { batch, carried } of stepInputs(model, training, data, chosen, precision)) {
        if (begun >= mostSteps) break
        const inputs = { ...batch.inputs, ...state, ...carried, ...drawInputs(seed, begun++) }
        const ran = executable.run(batch.sizes, inputs)
        if (ran instanceof Promise) {
          // Prevents an unhandled rejection: a failed step is reported where it is awaited, unless an earlier one has ended training.
          ran.catch(() => {})
          underWay.push(ran)
          const first = underWay.length < ahead ? undefined : underWay.shift()
          if (first !== undefined) ending(await first)
        } else ending(ran)
        await pause()
        if (signal?.aborted) {
          ended = 'aborted'
          break
        }
      }
      for (const ran of underWay) ending(await ran)
    } finally {
      // Waits for steps under way before their buffers are freed, also where training fails.
      await Promise.allSettled(underWay)
    }
    await executable.fetch?.()
    const wrong = notFinite(state)
    if (wrong !== undefined) diverged(described(wrong.name), wrong.value)
    const validation = ended === 'aborted' ? undefined : await validate()
    const report: EpochReport = { epoch, training: totals.report(), ...(validation && { validation }) }
    history.push(report)
    options.onEpoch?.(report)
    // Skips an interrupted epoch, which was not validated.
    if (ended === 'aborted' && evaluation !== undefined) return
    best.offer(epoch, (validation ?? report.training).loss, parameters)
    if (settings.patience !== undefined && epoch - best.snapshots()[0].epoch >= settings.patience && ended === 'done')
      ended = 'patience'
  }

  /** Measures the loss and the metrics of a part; undefined if an interrupt comes first, which ends training. */
  async function measure(part: Part, measuring: AnyExecutable, weights: Weights): Promise<Report | undefined> {
    try {
      return await evaluatePartAsync(model, part, data.sizes, measuring, weights, {
        backend,
        precision,
        batch: batchSize,
        seed,
        ...(signal && { signal }),
      })
    } catch (error) {
      if (!signal?.aborted || error instanceof RnnError) throw error
      ended = 'aborted'
      return undefined
    }
  }

  /** Measures the validation part; undefined where there is none, or an interrupt comes first. */
  async function validate(): Promise<Report | undefined> {
    const { validation } = data
    if (validation === undefined || evaluation === undefined) return undefined
    const report = await measure(validation, evaluation, state)
    if (report !== undefined && !Number.isFinite(report.loss)) diverged('the validation loss', report.loss)
    return report
  }

  /** Picks the best of some weights; without a validation part, by the loss of the first training batches. */
  async function choose(snapshots: readonly [Snapshot, ...Snapshot[]]): Promise<Snapshot> {
    if (evaluation !== undefined || signal?.aborted) return snapshots[0]
    const part: Part = { ...data.train, count: Math.min(data.train.count, looked * batchSize) }
    return using(load(model.context, model.evaluate(), backend, precision), measuring =>
      leastOf(snapshots, async weights => (await measure(part, measuring, weights))?.loss),
    )
  }

  const resultOf = ({ epoch, weights }: Snapshot): TrainResult => ({
    weights: copyOf(weights),
    history,
    epoch,
    steps: step,
    ended,
    ...whatRan(executable),
  })

  /** Result of a failed training: the best weights, if they are worth keeping. */
  async function remains(error: RnnError): Promise<TrainResult | undefined> {
    const snapshots = best.snapshots()
    if (snapshots[0].epoch === 0) return undefined
    // A failed device cannot measure any more.
    const chosen = isFailure(error, 'RNN504') ? await choose(snapshots).catch(() => snapshots[0]) : snapshots[0]
    ended = 'failed'
    return chosen.epoch > 0 && Number.isFinite(chosen.loss) ? resultOf(chosen) : undefined
  }

  try {
    for (let epoch = 1; epoch <= epochs && step < mostSteps && ended === 'done'; epoch++) await runEpoch(epoch)
    const [first, second] = best.snapshots()
    const last = settings.patience === undefined || first.epoch === 0
    const end = { epoch: history.length, weights: parameters, loss: 0 }
    const chosen = await choose(last ? [end] : second === undefined || second.epoch === 0 ? [first] : [first, second])
    if (!Number.isFinite(chosen.loss)) diverged('the loss with these weights', chosen.loss)
    return resultOf(chosen)
  } catch (error) {
    throw error instanceof RnnError ? new TrainingFailed(error.diagnostics, await remains(error)) : error
  }
}

/** Names a parameter, or a state of the optimizer for one, in words. */
function described(name: string): string {
  const [parameter, state] = name.split('@')
  return state === undefined ? `\`${parameter}\`` : `the state \`${state}\` of \`${parameter}\``
}

// The training loop: batches through the training graph, epoch by epoch, with validation and patience.
import type { AnyBackend, AsyncExecutable, Buffer, Executable, Precision } from '../compiler/backend/backend.ts'
import { js } from '../compiler/backend/js.ts'
import { type CompiledModel, load, type TrainingGraph } from '../compiler/index.ts'
import { fail } from '../dsl/diagnostics.ts'
import { batchesOf } from './batch.ts'
import type { LoadedData } from './data/load.ts'
import { labelNotes } from './data/notes.ts'
import { checkPart } from './data/precision.ts'
import {
  createTotals,
  drawInputs,
  evaluatePartAsync,
  initialStates,
  initialWeights,
  type Report,
  using,
  type Weights,
  type WhatRan,
  whatRan,
} from './session.ts'
import { stepInputs, stepsIn } from './steps.ts'

export interface TrainOptions {
  readonly backend?: AnyBackend
  /** f32 unless told otherwise. */
  readonly precision?: Precision
  /** Overrides the file's. */
  readonly seed?: number
  /** Weights to go on from. */
  readonly weights?: Weights
  /** After each step; the fraction of the whole that is done. */
  readonly onStep?: (progress: StepReport) => void
  readonly onEpoch?: (epoch: EpochReport) => void
  /** Ends training after the step in progress; what was learned is returned. */
  readonly signal?: AbortSignal
}

export interface StepReport {
  readonly step: number
  readonly epoch: number
  /** Of all epochs, without patience. */
  readonly done: number
  readonly loss: number
}

export interface EpochReport {
  readonly epoch: number
  readonly training: Report
  readonly validation?: Report
}

export interface TrainResult extends WhatRan {
  /** Those of the epoch with the best validation loss where `patience` is set, else the last. */
  readonly weights: Weights
  readonly history: readonly EpochReport[]
  /** The epoch that the weights are of, from 1. */
  readonly epoch: number
  readonly steps: number
  readonly ended: 'done' | 'patience' | 'aborted'
}

/** How long the loop may hold the thread, in ms. */
const slice = 50

/**
 * Trains a model by its `train` block. Every step is the training graph: forward, backward, clipping and the optimizer. Losses and
 * metrics are in the numbers of the network (scaled, if the data is).
 * With `truncate` a step is a window of a batch, which begins with what the window before has left.
 * Throws RNN405 for an empty training part, what `checkSizes` finds of the sizes of the data, RNN417
 * for data that is infinite in the precision, RNN504 where the loss is not finite, RNN507 where a size is not known,
 * RNN514 where a device fails.
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
  return using(load(training.context, training.graph, backend, precision, { inPlace: true }), executable => {
    const run = (evaluation?: Executable | AsyncExecutable): Promise<TrainResult> =>
      trainOn(model, training, executable, evaluation, data, { ...options, backend, precision })
    const validated = data.validation !== undefined && data.validation.count > 0
    return validated ? using(load(model.context, model.evaluate(), backend, precision), run) : run()
  })
}

/** `evaluation` is there where there is a validation part. */
async function trainOn(
  model: CompiledModel,
  training: TrainingGraph,
  executable: Executable | AsyncExecutable,
  evaluation: Executable | AsyncExecutable | undefined,
  data: LoadedData,
  options: TrainOptions & Required<Pick<TrainOptions, 'backend' | 'precision'>>,
): Promise<TrainResult> {
  const { settings, signature } = model
  const { backend, precision } = options
  const seed = options.seed ?? settings.seed ?? 0
  const batchSize = settings.batch ?? 32
  // The state of training, which each step updates in place: nothing is allocated but the batches.
  const state = executable.store({
    ...copyOf(options.weights ?? initialWeights(model, data.sizes, seed, precision)),
    ...initialStates(training.states, data.sizes, seed, precision),
  })
  const weightsNow = async (): Promise<Weights> => {
    await fetched(executable)
    return copyOf(Object.fromEntries(signature.parameters.map(p => [p.name, state[p.name]])))
  }

  const { steps: mostSteps = Number.POSITIVE_INFINITY } = settings
  const epochs = settings.epochs ?? (settings.steps === undefined ? 10 : Number.POSITIVE_INFINITY)
  const history: EpochReport[] = []
  let best = { loss: Number.POSITIVE_INFINITY, epoch: 0, weights: await weightsNow() }
  const { ahead = 1 } = 'fetch' in executable ? executable : {}
  let begun = 0
  let step = 0
  let ended: TrainResult['ended'] = 'done'
  let rested = performance.now()

  for (let epoch = 1; epoch <= epochs && step < mostSteps && ended === 'done'; epoch++) {
    const totals = createTotals(model)
    const order = settings.shuffle === false ? 'ordered' : { seed, epoch }
    const chosen = batchesOf(data.train.count, batchSize, order)
    const stepsOfEpoch = chosen.reduce((n, indices) => n + stepsIn(model, data.train, indices), 0)
    const stepsBefore = step
    const ending = (results: Readonly<Record<string, Buffer>>): void => {
      step++
      const loss = results.loss[0]
      if (!Number.isFinite(loss)) fail('RNN504', { value: String(loss), step }, { span: model.trainBlock?.span })
      totals.add(results)
      const done = Math.max(step / mostSteps, (epoch - 1 + (step - stepsBefore) / stepsOfEpoch) / epochs)
      options.onStep?.({ step, epoch, done, loss })
    }
    /** Steps that a device has begun, and whose results are not there. */
    const underWay: Promise<Readonly<Record<string, Buffer>>>[] = []
    try {
      for (const { batch, carried } of stepInputs(model, training, data, chosen, precision)) {
        if (begun >= mostSteps) break
        const inputs = { ...batch.inputs, ...state, ...carried, ...drawInputs(seed, begun++) }
        const ran = executable.run(batch.sizes, inputs)
        if (ran instanceof Promise) {
          // One that fails is heard of when it is awaited, if an earlier one has not ended training before.
          ran.catch(() => {})
          underWay.push(ran)
          const first = underWay.length < ahead ? undefined : underWay.shift()
          if (first !== undefined) ending(await first)
        } else ending(ran)
        if (performance.now() - rested > slice) {
          await new Promise(resolve => setTimeout(resolve))
          rested = performance.now()
        }
        if (options.signal?.aborted) {
          ended = 'aborted'
          break
        }
      }
      for (const ran of underWay) ending(await ran)
    } finally {
      // What is begun ends before what it uses is freed, also where training fails.
      await Promise.allSettled(underWay)
    }
    const { validation } = data
    const measured = validation !== undefined && evaluation !== undefined
    if (measured) await fetched(executable)
    const report: EpochReport = {
      epoch,
      training: totals.report(),
      ...(measured && {
        validation: await evaluatePartAsync(model, validation, data.sizes, evaluation, state, {
          backend,
          precision,
          batch: batchSize,
          seed,
        }),
      }),
    }
    history.push(report)
    options.onEpoch?.(report)
    const watched = report.validation?.loss ?? report.training.loss
    if (watched < best.loss)
      best = { loss: watched, epoch, weights: settings.patience === undefined ? best.weights : await weightsNow() }
    else if (settings.patience !== undefined && epoch - best.epoch >= settings.patience && ended === 'done')
      ended = 'patience'
  }
  const kept = settings.patience === undefined || best.epoch === 0
  return {
    weights: kept ? await weightsNow() : best.weights,
    history,
    epoch: kept ? history.length : best.epoch,
    steps: step,
    ended,
    ...whatRan(executable),
  }
}

/** Brings what a device has changed into the arrays that stand for it. */
async function fetched(executable: Executable | AsyncExecutable): Promise<void> {
  if ('fetch' in executable) await executable.fetch()
}

const copyOf = (weights: Weights): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(weights).map(([name, data]) => [name, data.slice()]))

// Prepares a training: the program, its data, the backend, and the place of the weights.

import { basename } from 'node:path'
import type { AnyBackend } from '../compiler/backend/backend.ts'
import type { CompiledModel, Precision } from '../compiler/index.ts'
import { counted } from '../dsl/counted.ts'
import { type LoadedData, loadData } from '../runtime/data/loadData.ts'
import { labelNotes } from '../runtime/data/notes.ts'
import { dataOf } from '../runtime/library/loadData.ts'
import { checkMemory } from '../runtime/memoryBudget.ts'
import { sampleStep } from '../runtime/sampleStep.ts'
import { initialWeightsAsync } from '../runtime/session.ts'
import { trainingRun } from '../runtime/train.ts'
import { chooseDtype } from './command.ts'
import { formula, parameterCount } from './describeSignature.ts'
import { wholeNumber } from './errors.ts'
import { memoryHere } from './machineMemory.ts'
import { compileSource, dataReader, type ModelOptions, openSource, type Source } from './openSource.ts'
import { type JsonValue, type Output, ranBy } from './output.ts'
import { checkOut, checkReplaced, dataFiles, type WeightsPlace } from './outputFile.ts'
import { createMeter } from './progress.ts'
import { sizesOf } from './sets.ts'
import { openTarget, type TargetOptions } from './target.ts'

/** Options of `rnnc train`. */
export interface TrainOptions extends ModelOptions, TargetOptions {
  readonly data?: string
  readonly out?: string
  readonly dtype: string
  readonly seed?: string
  readonly force?: boolean
}

/** Everything that a training is given. */
export interface TrainingPlan {
  readonly model: CompiledModel
  readonly sets: Readonly<Record<string, number>>
  readonly data: LoadedData
  /** Path of `--data`. */
  readonly dataPath: string | undefined
  readonly precision: Precision
  readonly seed: number
  /** Examples a batch. */
  readonly batch: number
  readonly memory: number
  readonly backend: AnyBackend
  /** Reason for the choice of the backend, if `--target auto` made it. */
  readonly auto?: JsonValue
  /** Path of the weights, and what is there now. */
  readonly out: string
  readonly place: WeightsPlace
}

/**
 * Reads the program and its data, and checks everything that can be checked before the first step. Errors of `openSource`, `compileSource`,
 * `checkOut`, `checkReplaced`, `loadData`, `checkSizes` and `checkMemory`.
 */
export async function planTraining(path: string, options: TrainOptions, output: Output): Promise<TrainingPlan> {
  const target = await openTarget(options, output)
  const precision = chooseDtype(options.dtype)
  const given = options.seed === undefined ? undefined : wholeNumber('--seed', options.seed)
  const out = options.out ?? `${basename(path).replace(/\.rnn$/, '')}.safetensors`
  const source = await openSource(path, output)
  const { model, sets } = compileSource(source, options, output)
  const block = dataOf(model)
  const place = await choosePlace(out, model, source, options, output)
  const seed = given ?? model.settings.seed ?? 0
  const data = await loadData(block, model.signature, {
    read: dataReader(source.file, options.data, output),
    path: options.data,
    sizes: sizesOf(sets, model.freeDims),
    seed,
    precision,
  })
  output.report(model.checkSizes(data.sizes, labelNotes(model.signature, data.fitted)))
  const batch = model.settings.batch ?? 32
  const memory = memoryHere()
  const settled = await target.settle(async () => {
    checkMemory(trainingRun(model, data, precision, memory), model.train().graph)
    const onProgress = createMeter(output, 'initializing the weights')
    const weights = await initialWeightsAsync(model, data.sizes, seed, precision, { onProgress })
    return sampleStep(model, 'train', data.train, data.sizes, { batch, precision, seed, weights, memory })
  })
  return { model, sets, data, dataPath: options.data, precision, seed, batch, memory, ...settled, out, place }
}

/** Checks the place of the weights. Errors of `checkOut` and `checkReplaced`. */
async function choosePlace(
  out: string,
  model: CompiledModel,
  source: Source,
  options: TrainOptions,
  output: Output,
): Promise<WeightsPlace> {
  const reads = [options.data, ...dataFiles(model, source.file)]
  await checkOut(out, output, reads)
  const place = await checkReplaced(out, model, source.file, options.force === true)
  if (place.replaces && place.previous !== undefined) {
    await checkOut(place.previous, output, reads)
    output.note(`${out} contains earlier weights: they will be kept as ${place.previous}`)
  }
  return place
}

/** Says what is trained, on which examples, and where. */
export function describePlan({ model, data, precision, backend }: TrainingPlan, output: Output): void {
  const parts = [data.train.count, data.validation?.count ?? 0, data.test?.count ?? 0]
  output.note(
    `training ${model.signature.name} (${formula(parameterCount(model.signature))} parameters, ${precision}) on ${ranBy({ backend: backend.name, device: backend.device?.name, threads: backend.threads })}: ` +
      `${counted(parts[0], 'example')} for training, ${parts[1]} for validation, ${parts[2]} for testing`,
  )
}

// Prepares a training: the program, its data, the backend, and the place of the weights.

import { basename, resolve } from 'node:path'
import type { AnyBackend } from '../compiler/backend/backend.ts'
import { immediateBackends } from '../compiler/backend/backends.ts'
import type { SettingTexts } from '../compiler/elaborate/models/settingTexts.ts'
import type { CompiledModel, Precision } from '../compiler/index.ts'
import { counted } from '../dsl/counted.ts'
import { fail, RnnError } from '../dsl/diagnostics.ts'
import type { Checkpoint } from '../runtime/checkpoint.ts'
import { type LoadedData, loadData } from '../runtime/data/loadData.ts'
import { labelNotes } from '../runtime/data/notes.ts'
import { dataOf } from '../runtime/library/loadData.ts'
import { checkMemory } from '../runtime/memoryBudget.ts'
import { sampleStep } from '../runtime/sampleStep.ts'
import { initialWeightsAsync } from '../runtime/session.ts'
import { type Checkpointing, trainingRun } from '../runtime/train.ts'
import { isAtEnd } from '../runtime/trainingLimits.ts'
import type { TrainingState } from '../runtime/trainingState.ts'
import { chooseDtype } from './command.ts'
import { parametersText } from './describeSignature.ts'
import { milliseconds, wholeNumber } from './errors.ts'
import { memoryHere } from './machineMemory.ts'
import { compileSource, dataReader, type ModelOptions, openSource, type Source } from './openSource.ts'
import { type JsonValue, type Output, ranBy } from './output.ts'
import { checkNoWeights, checkOut, checkReplaced, dataFiles, type Reads, type WeightsPlace } from './outputFile.ts'
import { createMeter } from './progress.ts'
import { sizesOf } from './sets.ts'
import { openTarget, type TargetOptions } from './target.ts'
import { besideWeights, chooseStatePlaces, readState, type StatePlaces, stateIn, targetOf } from './trainingState.ts'

/** Options of `rnnc train`. */
export interface TrainOptions extends ModelOptions, TargetOptions {
  readonly data?: string
  readonly out?: string
  readonly dtype: string
  readonly seed?: string
  readonly seeds?: string
  readonly force?: boolean
  readonly checkpoint?: string
  readonly resume?: boolean
  readonly log?: string
  readonly logSteps?: string
  readonly report?: string
}

/** Everything that a training is given. */
export interface TrainingPlan {
  readonly model: CompiledModel
  readonly sets: Readonly<Record<string, number>>
  /** Settings of `train` that `--set` gave as texts. */
  readonly settings: SettingTexts
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
  /** Places of the files that training can go on from; undefined where they cannot be, and were not asked for. */
  readonly states: StatePlaces | undefined
  /** Whether the state is saved at the end of training, and not only where an interrupt comes. */
  readonly keepsState: boolean
  /** How often it is saved before. */
  readonly every?: Checkpointing['every']
  /** The state that training goes on from. */
  readonly from?: TrainingState
  readonly log?: { readonly path: string; readonly steps?: number }
  /** Path of the report as a page. */
  readonly report?: string
}

/**
 * Reads the program and its data, and checks everything that can be checked before the first step. Errors of `openSource`, `compileSource`,
 * `checkOut`, `checkReplaced`, `loadData`, `checkSizes`, `checkMemory`, `readState` and `stateIn`; RNN516 if `signal` comes.
 */
export async function planTraining(
  path: string,
  options: TrainOptions,
  output: Output,
  signal: AbortSignal,
): Promise<TrainingPlan> {
  const given = options.seed === undefined ? undefined : wholeNumber('--seed', options.seed)
  const every = options.checkpoint === undefined ? undefined : readEvery(options.checkpoint)
  const out = options.out ?? defaultOut(path)
  const earlier = options.resume ? await openEarlier(out, output) : undefined
  const target = await openTarget({ ...options, target: targetFor(options, earlier) }, output)
  const precision = chooseDtype(options.dtype)
  const source = await openSource(path, output)
  const { model, sets, settings } = compileSource(source, options, output)
  const block = dataOf(model)
  const places = await choosePlaces(out, model, source, options, output)
  const seed = given ?? model.settings.seed ?? 0
  const data = await loadData(block, model.signature, {
    read: dataReader(source.file, options.data, output, signal),
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
    const weights = await initialWeightsAsync(model, data.sizes, seed, precision, { onProgress, signal })
    return sampleStep(model, 'train', data.train, data.sizes, { batch, precision, seed, weights, memory })
  })
  checkSavesState(options, settled.backend.name)
  const run = { seed, precision, backend: settled.backend }
  const file = besideWeights(out, 'last')
  const from = earlier && stateIn(earlier, { model, sets: { ...sets, ...settings }, data, run, file }, output)
  return {
    ...{ model, sets, settings, data, dataPath: options.data, batch, memory, out },
    ...{ ...run, ...settled, ...places },
    keepsState: every !== undefined || options.resume === true,
    ...(every && { every }),
    ...(from && { from }),
  }
}

/** Path of the weights of a program where none is given. */
export const defaultOut = (path: string): string => `${basename(path).replace(/\.rnn$/, '')}.safetensors`

/** Reads `--checkpoint`: a number of steps, or a time. RNN509 for anything else. */
function readEvery(text: string): Checkpointing['every'] {
  const steps = Number(text)
  if (/^\d+$/.test(text) && steps > 0) return { steps }
  return { seconds: milliseconds('--checkpoint', text, 'a number of steps or a time, such as 500 or 10m') / 1000 }
}

/** Reads the state to go on from, and says that there is none yet: a command that is repeated with `--resume` may begin with it. */
async function openEarlier(out: string, output: Output): Promise<Checkpoint | undefined> {
  const path = besideWeights(out, 'last')
  const earlier = await readState(path)
  if (earlier === undefined) output.note(`there is no ${path} to go on from: training begins anew`)
  return earlier
}

/** Chooses the target: `auto` stays with the one that training began on. */
function targetFor(options: TrainOptions, earlier: Checkpoint | undefined): string {
  checkSavesState(options, options.target)
  const before = earlier && targetOf(earlier)
  return options.target === 'auto' && before !== undefined ? before : options.target
}

/** RNN509 where the state of a training is asked for on a GPU, which cannot give it. */
function checkSavesState({ checkpoint, resume }: TrainOptions, target: string): void {
  if (target !== 'gpu' || (checkpoint === undefined && !resume)) return
  const expected = immediateBackends.map(b => `\`--target ${b.name}\``).join(' or ')
  fail('RNN509', { what: checkpoint === undefined ? '--resume' : '--checkpoint', expected, found: '`--target gpu`' })
}

/** Checks the places of everything that training writes. Errors of `checkOut` and `checkReplaced`. */
async function choosePlaces(
  out: string,
  model: CompiledModel,
  source: Source,
  options: TrainOptions,
  output: Output,
): Promise<Pick<TrainingPlan, 'place' | 'states' | 'log' | 'report'>> {
  const reads = [options.data, ...dataFiles(model, source.file)]
  const force = options.force === true
  await checkOut(out, output, reads)
  const place = await checkReplaced(out, model, source.file, force)
  if (place.replaces && place.previous !== undefined) {
    await checkOut(place.previous, output, reads)
    if (!options.resume) output.note(`${out} contains earlier weights: they will be kept as ${place.previous}`)
  }
  const asked = options.checkpoint !== undefined || options.resume === true
  const states = await chooseStatePlaces(out, model, source.file, output, { reads, force }).catch((error: unknown) => {
    // Nobody has asked for these files, which an interrupt alone would write.
    if (asked || !(error instanceof RnnError)) throw error
    return undefined
  })
  const log = await chooseLog(options, out, reads, output)
  const { report } = options
  if (report !== undefined) {
    checkOwnFile('--report', report, [out, ...(log ? [log.path] : [])])
    await checkNoWeights(report, output, reads, 'never')
  }
  return { place, states, ...(log && { log }), ...(report !== undefined && { report }) }
}

/** RNN509 for a file that something else is written to. */
function checkOwnFile(option: string, path: string, others: readonly string[]): void {
  const other = others.find(o => resolve(o) === resolve(path))
  if (other !== undefined) fail('RNN509', { what: option, expected: 'a file of its own', found: `\`${other}\`` })
}

/** Checks the place of the log. RNN509 for one without a place, or in the place of the weights; errors of `checkNoWeights`. */
async function chooseLog(
  { log, logSteps }: TrainOptions,
  out: string,
  reads: Reads,
  output: Output,
): Promise<TrainingPlan['log']> {
  const steps = logSteps === undefined ? undefined : wholeNumber('--log-steps', logSteps, 1)
  if (log === undefined) {
    if (steps !== undefined) fail('RNN509', { what: '--log-steps', expected: '`--log` with a file', found: 'nothing' })
    return undefined
  }
  checkOwnFile('--log', log, [out])
  await checkNoWeights(log, output, reads, 'never')
  return { path: log, ...(steps !== undefined && { steps }) }
}

/** Says what is trained, on which examples, and where. */
export function describePlan({ model, data, precision, backend, from }: TrainingPlan, output: Output): void {
  const parts = [data.train.count, data.validation?.count ?? 0, data.test?.count ?? 0]
  output.note(
    `training ${model.signature.name} (${parametersText(model.signature)}, ${precision}) on ${ranBy({ backend: backend.name, device: backend.device?.name, threads: backend.threads })}: ` +
      `${counted(parts[0], 'example')} for training, ${parts[1]} for validation, ${parts[2]} for testing`,
  )
  if (from === undefined) return
  const { steps, epoch, history } = from
  output.note(
    isAtEnd(model.settings, from)
      ? `this training has come to its end: ${counted(history.length, 'epoch')}, ${counted(steps, 'step')}`
      : `going on after step ${steps}, in epoch ${epoch}`,
  )
}

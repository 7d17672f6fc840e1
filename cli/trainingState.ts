// The files of a training that can go on: its last state, and its best weights so far, beside the weights that it ends with.
import { stat } from 'node:fs/promises'
import type { CompiledModel } from '../compiler/index.ts'
import { evaluate, product } from '../compiler/ir/dim.ts'
import { fail, RnnError } from '../dsl/diagnostics.ts'
import { type Checkpoint, decodeCheckpoint, matchParameters } from '../runtime/checkpoint.ts'
import type { LoadedData } from '../runtime/data/loadData.ts'
import { isObject, type Json } from '../runtime/json.ts'
import { replaceBytes, writeBytes } from '../runtime/node/index.ts'
import { once } from '../runtime/once.ts'
import { checkNotPast } from '../runtime/trainingLimits.ts'
import { differencesFrom, originOf, type TrainingOrigin, type TrainingRun } from '../runtime/trainingOrigin.ts'
import { decodeState, type TrainingState } from '../runtime/trainingState.ts'
import { version } from '../runtime/version.ts'
import { readGiven } from './openSource.ts'
import type { Output } from './output.ts'
import { checkOut, checkReplaced, type Reads, type WeightsPlace } from './outputFile.ts'
import { encodeWeights, type Saved } from './weights.ts'

/** Puts a word before the ending of weights: `wave.last.safetensors`. */
export const besideWeights = (out: string, word: string): string =>
  `${out.replace(/\.safetensors$/, '')}.${word}.safetensors`

/** Paths of the state and of the best weights so far, and what is there now. */
export interface StatePlaces {
  readonly last: { readonly path: string; readonly place: WeightsPlace }
  readonly best: { readonly path: string; readonly place: WeightsPlace }
}

/** Checks the places of these files. Errors of `checkOut` and `checkReplaced`. */
export async function chooseStatePlaces(
  out: string,
  model: CompiledModel,
  program: string,
  output: Output,
  { reads, force }: { readonly reads: Reads; readonly force: boolean },
): Promise<StatePlaces> {
  const choose = async (word: string) => {
    const path = besideWeights(out, word)
    await checkOut(path, output, reads)
    return { path, place: await checkReplaced(path, model, program, force) }
  }
  return { last: await choose('last'), best: await choose('best') }
}

/** Reads the file of a state; undefined if there is none. RNN502 for a file that is damaged, or has weights alone. */
export async function readState(path: string): Promise<Checkpoint | undefined> {
  if ((await stat(path).catch(() => undefined)) === undefined) return undefined
  const help = `delete \`${path}\`, or leave out \`--resume\`: then training begins anew`
  const bytes = await readGiven(path)
  try {
    const checkpoint = decodeCheckpoint(bytes, path)
    return checkpoint.resume === undefined
      ? fail('RNN502', { file: path, reason: 'it has weights, but no training to go on with' })
      : checkpoint
  } catch (error) {
    throw error instanceof RnnError ? new RnnError(error.diagnostics.map(d => ({ ...d, help }))) : error
  }
}

/** The target that the training ran on. */
export function targetOf({ resume }: Checkpoint): string | undefined {
  const target = isObject(resume?.origin) ? resume.origin.target : undefined
  return typeof target === 'string' ? target : undefined
}

export interface Resumed {
  readonly model: CompiledModel
  readonly data: LoadedData
  readonly run: TrainingRun
  /** Values of `--set`: numbers, and texts of settings. */
  readonly sets: Readonly<Record<string, number | string>>
  /** Path of the file, for messages. */
  readonly file: string
}

/**
 * Takes the state out of its file. RNN525 if it is that of another training, RNN528 if it is past the end of this one, RNN502 if a part of
 * it is missing.
 */
export function stateIn(checkpoint: Checkpoint, resumed: Resumed, output: Output): TrainingState {
  const { model, data, run, file } = resumed
  const { resume, parameters, training } = checkpoint
  const differences = differencesFrom(resume?.origin ?? null, originOf(model, data, run))
  if (differences.length > 0) {
    const changes = differences.some(d => d.part === 'program') ? changesIn(checkpoint, resumed) : []
    fail('RNN525', { file, differences: [...differences.map(d => d.text), ...changes].join('; ') })
  }
  if (checkpoint.version !== version)
    output.note(
      `${file} was written by rnnc ${checkpoint.version}: with this version, ${version}, the last digits may differ`,
    )
  const { name, parameters: declared } = model.signature
  const tensors = matchParameters(parameters, { model: name, parameters: declared, sizes: data.sizes }, file)
  const values = [...tensors].map(([name, tensor]) => [`values/${name}`, tensor] as const)
  const state = decodeState({ numbers: resume?.numbers ?? {}, arrays: new Map([...values, ...training]) }, file)
  for (const { name, shape } of model.train().states) {
    if (state.values[name]?.length !== evaluate(product(shape), data.sizes))
      fail('RNN502', { file, reason: `the values of \`${name}\` are missing` })
  }
  for (const { weights } of state.best) {
    if (declared.some(p => weights[p.name]?.length !== state.values[p.name].length))
      fail('RNN502', { file, reason: 'its best weights are incomplete' })
  }
  checkNotPast({ model, training: data.train, seed: run.seed, state, called: `\`${file}\`` })
  return state
}

/** Settings that end a training, and do not change it. */
const limits = ['epochs', 'steps', 'patience']

/** Lists what has changed in the program since: the values of `--set`, and the first line that was another. */
function changesIn({ sources: [source], settings }: Checkpoint, { model: { program, unit }, sets }: Resumed): string[] {
  const before: Readonly<Record<string, Json>> = {
    ...(isObject(settings.sets) && settings.sets),
    ...(isObject(settings.settings) && settings.settings),
  }
  const names = [...new Set([...Object.keys(before), ...Object.keys(sets)])]
  const changed = names.filter(name => !limits.includes(name) && before[name] !== sets[name])
  const begun = changed.map(name =>
    Object.hasOwn(before, name)
      ? `it was begun with \`--set ${name}=${before[name]}\``
      : `it was begun without \`--set ${name}\``,
  )
  const [then, now] = [source?.text, program.sources.get(unit.span.file)].map(text => text?.split(/\r?\n/) ?? [])
  const at = now.findIndex((line, i) => line !== then[i])
  return [...begun, ...(at < 0 ? [] : [`line ${at + 1} of the program was \`${(then[at] ?? '').trim()}\``])]
}

/** What the files of a training are made of. */
export interface StateFiles {
  readonly model: CompiledModel
  readonly data: LoadedData
  readonly run: TrainingRun
  readonly places: StatePlaces
  /** The state that the training goes on from. */
  readonly from: TrainingState | undefined
  /** All that weights are saved with, but the weights themselves and their summary. */
  readonly saved: Omit<Saved, 'weights' | 'summary' | 'training'>
}

export interface StateWriter {
  /** Writes the state, and the best weights if they are new. RNN503 if that fails; then the files are as they were. */
  save(state: TrainingState): Promise<void>
  /** Path of the state, once it was written. */
  written(): string | undefined
}

/** Makes what writes these files. An earlier state is kept as NAME.last.previous.safetensors, unless the training goes on from it. */
export function createStateWriter({ model, data, run, places, from, saved }: StateFiles): StateWriter {
  const origin = once((): TrainingOrigin => originOf(model, data, run))
  const written = new Set<string>()
  let bestEpoch = 0
  const write = async ({ path, place }: StatePlaces['last'], bytes: Uint8Array): Promise<void> => {
    if (written.has(path) || from !== undefined) await writeBytes(path, bytes)
    else await replaceBytes(path, bytes, place.previous)
    written.add(path)
  }
  const encoded = (path: string, own: Pick<Saved, 'weights' | 'summary' | 'training'>): Uint8Array =>
    encodeWeights({ ...saved, ...own }, path)
  return {
    save: async state => {
      const { last, best } = places
      const [{ epoch, weights }] = state.best
      if (epoch !== bestEpoch) {
        await write(best, encoded(best.path, { weights, summary: summaryAt(state, epoch) }))
        bestEpoch = epoch
      }
      const training = { state, origin: origin() }
      await write(
        last,
        encoded(last.path, { weights: state.values, summary: summaryAt(state, state.history.length), training }),
      )
    },
    written: () => (written.has(places.last.path) ? places.last.path : undefined),
  }
}

/** Describes the weights of an epoch. */
function summaryAt({ history, steps }: TrainingState, epoch: number): Saved['summary'] {
  const report = history[epoch - 1]
  return {
    epochs: history.length,
    epoch,
    steps,
    ...(report && { training: report.training }),
    ...(report?.validation && { validation: report.validation }),
  }
}

/** Tells whether weights in a place are those that this training saved as it was interrupted, or has just made again. */
export async function isOwnEarlier(path: string, seed: number, bytes: Uint8Array): Promise<boolean> {
  try {
    const there = await readGiven(path)
    const { summary, seed: before } = decodeCheckpoint(there, path)
    return before === seed && (summary.ended === 'aborted' || Buffer.compare(there, bytes) === 0)
  } catch (error) {
    if (error instanceof RnnError) return false
    throw error
  }
}

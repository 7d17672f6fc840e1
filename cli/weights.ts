// Writes the weights files of `train`, and finds the model, its weights and its data in them again for the other commands.
import { dirname, isAbsolute, join, posix, relative, resolve, sep } from 'node:path'
import type { Precision } from '../compiler/backend/backend.ts'
import type { SettingTexts } from '../compiler/elaborate/models/settingTexts.ts'
import type { CompiledModel } from '../compiler/index.ts'
import type { Sizes } from '../compiler/ir/dim.ts'
import { fail } from '../dsl/diagnostics.ts'
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint, matchParameters } from '../runtime/checkpoint.ts'
import type { Fitted } from '../runtime/data/fitted.ts'
import { labelNotes } from '../runtime/data/notes.ts'
import { checkFinite } from '../runtime/finiteWeights.ts'
import { shapeOf } from '../runtime/initializers.ts'
import type { Json } from '../runtime/json.ts'
import { realArray, type Weights } from '../runtime/session.ts'
import type { TrainingOrigin } from '../runtime/trainingOrigin.ts'
import { encodeState, type TrainingState } from '../runtime/trainingState.ts'
import { version } from '../runtime/version.ts'
import { compileSource, openSource, ownSources, readGiven, savedSource } from './openSource.ts'
import type { Output } from './output.ts'

export interface Saved {
  readonly model: CompiledModel
  readonly sets: Readonly<Record<string, number>>
  /** Settings that `--set` gave as texts. */
  readonly settings: SettingTexts
  /** `--data` of the training, relative to where it ran. */
  readonly data?: string
  readonly dtype: Precision
  readonly fitted: Fitted
  readonly seed: number
  readonly summary: Readonly<Record<string, Json>>
  readonly weights: Weights
  /** The state of a training that can go on; its parameters are the weights. */
  readonly training?: { readonly state: TrainingState; readonly origin: TrainingOrigin }
}

/** Encodes a weights file at `path`. Paths in it are relative to its folder, so that files may move together. */
export function encodeWeights(saved: Saved, path: string): Uint8Array {
  const { model, sets, settings, data, dtype, fitted, seed, summary, weights, training } = saved
  const fromHere = (file: string): string =>
    relative(dirname(resolve(path)), resolve(file))
      .split(sep)
      .join(posix.sep)
  const state = training && encodeState(training.state)
  const own = new Set(model.signature.parameters.map(p => `values/${p.name}`))
  return encodeCheckpoint({
    version,
    sources: ownSources(model.program).map(([file, text]) => ({ path: fromHere(file), text })),
    model: model.signature.name,
    settings: {
      sets,
      ...(Object.keys(settings).length > 0 && { settings }),
      dtype,
      ...(data !== undefined && { data: fromHere(data) }),
    },
    fitted,
    seed,
    summary,
    parameters: new Map(
      model.signature.parameters.map(p => [p.name, { shape: shapeOf(p, fitted.sizes), data: weights[p.name] }]),
    ),
    training: new Map([...(state?.arrays ?? [])].filter(([name]) => !own.has(name))),
    ...(training && state && { resume: { origin: training.origin, numbers: state.numbers } }),
  })
}

export interface Trained {
  readonly model: CompiledModel
  /** Values of `--set` in training, and those given now. */
  readonly sets: Readonly<Record<string, number>>
  readonly checkpoint: Checkpoint
  /** Path of the program, which the paths of its data are relative to. */
  readonly file: string
  /** Path of the weights file. */
  readonly weightsPath: string
  readonly precision: Precision
  readonly weights: Weights
  readonly fitted: Fitted | undefined
  readonly sizes: Sizes
  /** File that was given by `--data` in training. */
  readonly data?: string
}

export interface TrainedOptions {
  /** Path of the weights, where the opened file is a program. */
  readonly weights?: string
  readonly set?: readonly string[]
  readonly dtype?: Precision
  /** Whether `set` may give sizes of the batch too. */
  readonly sizes?: boolean
  /** Whether weights need not be finite. */
  readonly anyWeights?: boolean
}

/**
 * Opens a weights file, or a program with `weights`. RNN501 where they do not fit, RNN502 for a file that is damaged, RNN515 for weights
 * that are not finite.
 */
export async function openTrained(path: string, options: TrainedOptions, output: Output): Promise<Trained> {
  const isProgram = path.endsWith('.rnn')
  if (isProgram && options.weights === undefined) {
    const expected = 'a weights file, or a program and `--weights`'
    fail('RNN509', { what: '<weights>', expected, found: `\`${path}\` alone` })
  }
  const weightsPath = isProgram ? (options.weights ?? path) : path
  const checkpoint = decodeCheckpoint(await readGiven(weightsPath), weightsPath)
  const files = sourcesIn(checkpoint, weightsPath)
  const source = isProgram ? await openSource(path, output) : savedSource(files, output)
  const { sets: saved, settings: texts, dtype, data } = readSettings(checkpoint, weightsPath)
  const given = new Set((options.set ?? []).map(text => text.split('=')[0]))
  const set = [
    ...Object.entries({ ...saved, ...texts }).flatMap(([k, v]) => (given.has(k) ? [] : [`${k}=${v}`])),
    ...(options.set ?? []),
  ]
  const { model, sets } = compileSource(source, { model: checkpoint.model, set, sizes: options.sizes }, output)
  const { fitted, parameters } = checkpoint
  const sizes = { ...fitted?.sizes }
  output.report(model.checkSizes(sizes, fitted && labelNotes(model.signature, fitted)))
  const expected = { model: model.signature.name, parameters: model.signature.parameters, sizes }
  const tensors = matchParameters(parameters, expected, weightsPath)
  const precision = options.dtype ?? dtype
  const stored = Object.fromEntries([...tensors].map(([name, t]) => [name, t.data]))
  const weights = Object.fromEntries(Object.entries(stored).map(([name, data]) => [name, realArray(precision, data)]))
  if (!options.anyWeights)
    checkFinite(model.signature.parameters, weights, sizes, { file: `\`${weightsPath}\``, stored })
  return {
    model,
    sets,
    checkpoint,
    file: source.file,
    precision,
    weights,
    fitted,
    sizes,
    weightsPath,
    ...(data !== undefined && { data: beside(weightsPath, data) }),
  }
}

/** Resolves a path in a weights file, which is relative to its folder. */
const beside = (weights: string, path: string): string => (isAbsolute(path) ? path : join(dirname(weights), path))

/** Gives the texts of the program that weights belong to, by their paths from here. */
export const sourcesIn = ({ sources }: Pick<Checkpoint, 'sources'>, weights: string): Checkpoint['sources'] =>
  sources.map(({ path, text }) => ({ path: beside(weights, path), text }))

interface SavedSettings {
  readonly sets: Readonly<Record<string, number>>
  readonly settings: SettingTexts
  readonly dtype: Precision
  readonly data?: string
}

/** Reads the settings. RNN502 for settings of another form. */
function readSettings({ settings }: Checkpoint, file: string): SavedSettings {
  const { sets = {}, settings: texts = {}, dtype = 'f32', data } = settings
  const isData = data === undefined || typeof data === 'string'
  if (!isNumbers(sets) || !isTexts(texts) || (dtype !== 'f32' && dtype !== 'f64') || !isData) {
    return fail('RNN502', { file, reason: 'its `settings` cannot be read' })
  }
  return { sets, settings: texts, dtype, ...(data !== undefined && { data }) }
}

const isNumbers = (value: unknown): value is Record<string, number> =>
  typeof value === 'object' && value !== null && Object.values(value).every(n => typeof n === 'number')

const isTexts = (value: unknown): value is Record<string, string> =>
  typeof value === 'object' && value !== null && Object.values(value).every(text => typeof text === 'string')

// Saves trained models as weights files, which hold the program too, and loads them.

import type { Precision } from '../../compiler/backend/backend.ts'
import { linkProgram } from '../../compiler/elaborate/linking/linkProgram.ts'
import { compileProgram } from '../../compiler/index.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { isLibraryFile } from '../../dsl/standardLibrary.ts'
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint, matchParameters } from '../checkpoint.ts'
import { describeLeaf } from '../data/arrays.ts'
import { bytesIn } from '../data/bytesIn.ts'
import { checkFinite } from '../finiteWeights.ts'
import { shapeOf } from '../initializers.ts'
import { pathBeside, pathFrom, readHostFile, writeHostFile } from '../node/hostFiles.ts'
import { realArray } from '../session.ts'
import { version } from '../version.ts'
import { trainedFor } from './given.ts'
import type { AnyTypes, ModelTypes, Source } from './modelTypes.ts'
import { checkArgument, checkOptions, type Rules, rules } from './options.ts'
import type { Trained } from './trained.ts'

/**
 * Saves a trained model: the weights, the program with its imports, labels and scales, in one safetensors file, which `load` and the command
 * `rnnc` read. Under Node it is written to `path`, whole or not at all (RNN503); without a path its bytes are given, as in a browser.
 */
export function save<M extends ModelTypes>(trained: Trained<M>): Promise<Uint8Array<ArrayBuffer>>
export function save<M extends ModelTypes>(trained: Trained<M>, path: string): Promise<undefined>
export async function save<M extends ModelTypes>(
  trained: Trained<M>,
  path?: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const { model, weights, fitted, precision, seed, summary } = trainedFor('save', trained)
  if (path !== undefined) checkArgument('path', rules.text, path)
  const sources = [...model.program.sources].filter(([file]) => !isLibraryFile(file))
  const bytes = encodeCheckpoint({
    version,
    sources: sources.map(([file, text]) => ({ path: path === undefined ? file : pathFrom(path, file), text })),
    model: model.signature.name,
    settings: { sets: model.sets, dtype: precision },
    fitted,
    seed,
    summary,
    parameters: new Map(
      model.signature.parameters.map(p => [p.name, { shape: shapeOf(p, fitted.sizes), data: weights[p.name] }]),
    ),
    training: new Map(),
  })
  if (path === undefined) return bytes
  await writeHostFile(path, bytes)
  return undefined
}

/** How a weights file is loaded. */
export interface LoadOptions<M extends ModelTypes = AnyTypes> {
  /** The program, in place of the one that is saved with the weights; its parameters must be the same. */
  readonly source?: Source<M>
  /** That of the training if left out. */
  readonly precision?: Precision
}

const asked: Rules<LoadOptions> = { source: rules.text, precision: rules.precision }

/**
 * Loads a trained model: from a path under Node, or from the bytes of a weights file. Throws RNN406 for a file that cannot be read, RNN502 for
 * one that is damaged or was not written by rnnc, RNN501 for weights of another model, RNN515 for weights that are not finite, and the errors of
 * `compile` for the program in it.
 */
export async function load<M extends ModelTypes = AnyTypes>(
  from: string | Uint8Array | ArrayBuffer,
  options: LoadOptions<M> = {},
): Promise<Trained<M>> {
  checkOptions(options, asked)
  const [bytes, file] = await bytesOf(from)
  const checkpoint = decodeCheckpoint(bytes, file)
  const { fitted = { calls: {}, ports: {}, sizes: {} }, seed, summary, parameters } = checkpoint
  const { sets, dtype } = settingsOf(checkpoint, file)
  const { precision = dtype } = options
  const model = compileProgram(programOf(checkpoint, file, options.source), { model: checkpoint.model, sets })
  const expected = { model: model.signature.name, parameters: model.signature.parameters, sizes: fitted.sizes }
  const tensors = matchParameters(parameters, expected, file)
  const stored = Object.fromEntries([...tensors].map(([name, { data }]) => [name, data]))
  const weights = Object.fromEntries(Object.entries(stored).map(([name, data]) => [name, realArray(precision, data)]))
  checkFinite(model.signature.parameters, weights, fitted.sizes, { file: `\`${file}\``, stored })
  return { model, weights, fitted, precision, seed, summary }
}

/** Gives the bytes of a file, and its name for messages. */
async function bytesOf(from: string | Uint8Array | ArrayBuffer): Promise<readonly [bytes: Uint8Array, file: string]> {
  if (typeof from === 'string') return [await readHostFile(from), from]
  return [bytesIn(from) ?? refuse(from), 'the weights']
}

const refuse = (from: unknown): never =>
  fail('RNN509', { what: 'load', expected: 'a path, or the bytes of a weights file', found: describeLeaf(from) })

/** Links the program that is saved with the weights, or another. Errors of `linkProgram`. */
function programOf({ sources }: Checkpoint, file: string, source: string | undefined) {
  const all = sources.map(({ path, text }) => [pathBeside(file, path), text] as const)
  const [main, text] = all[0] ?? ['model.rnn', '']
  return linkProgram(source ?? text, main, (imported, from) => {
    const path = pathBeside(from, imported)
    // A reader in a browser may give imported files names of its own.
    const found = all.find(([own]) => own === path) ?? all.find(([own]) => own.endsWith(`/${imported}`))
    return found && { file: found[0], text: found[1] }
  })
}

/** Reads the settings of the training. RNN502 for settings of another form. */
function settingsOf({ settings: { sets = {}, dtype = 'f32' } }: Checkpoint, file: string) {
  if (!isNumbers(sets) || (dtype !== 'f32' && dtype !== 'f64'))
    return fail('RNN502', { file, reason: 'its `settings` cannot be read' })
  const precision: Precision = dtype
  return { sets, dtype: precision }
}

const isNumbers = (value: unknown): value is Record<string, number> =>
  typeof value === 'object' && value !== null && Object.values(value).every(n => typeof n === 'number')

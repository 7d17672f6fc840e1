// Checks the place of a file that a command writes, before the work whose result it is to hold.
import { dirname, extname, isAbsolute, join } from 'node:path'
import type { CompiledModel } from '../compiler/index.ts'
import { fail, isFailure } from '../dsl/diagnostics.ts'
import { parse } from '../dsl/parse.ts'
import { isLibraryFile } from '../dsl/standardLibrary.ts'
import { type Checkpoint, decodeOrigin, type Origin } from '../runtime/checkpoint.ts'
import { checkWritable, isSameFile, readStart } from '../runtime/node/index.ts'
import { decodeMetadata, headerEnd } from '../runtime/safetensors.ts'
import type { Output } from './output.ts'
import { sourcesIn, type Trained } from './weights.ts'

/** Puts a word before the ending of a path: `run.previous.jsonl`. */
export function withWord(path: string, word: string): string {
  const ending = extname(path)
  return `${path.slice(0, path.length - ending.length)}.${word}${ending}`
}

/** RNN503 for a place that cannot be written to, RNN518 for a file that the command reads: a source, or one of `reads`. */
export async function checkOut(out: string, output: Output, reads: Reads = []): Promise<void> {
  if (out === '-')
    fail('RNN503', { path: out, reason: 'standard output is not a file' }, { help: 'a file of this name is `./-`' })
  await checkWritable(out)
  await checkApart(out, out, output, reads)
}

/**
 * As `checkOut`, for an output other than weights: RNN517 where weights would be lost, unless it is forced. `never` is for a command
 * without `--force`.
 */
export async function checkNoWeights(
  out: string,
  output: Output,
  reads: Reads,
  force: 'forced' | 'not forced' | 'never',
): Promise<void> {
  await checkOut(out, output, reads)
  const start = force === 'forced' ? undefined : await readStart(out, headerEnd)
  if (start === undefined || !isWeights(start, out)) return
  const origin = decode(start, out)
  const found = origin === undefined ? 'weights that rnnc did not write' : describe(origin, out)
  const help = force === 'never' ? 'choose another file' : undefined
  fail('RNN517', { path: out, found }, { ...(help && { help }) })
}

/** RNN518 where standard output leads to a file that the command reads (`>> data.csv`). */
export const checkStdout = (output: Output, reads: Reads): Promise<void> =>
  checkApart('/dev/stdout', 'standard output', output, reads)

/** Paths of files that are read; there may be none. */
export type Reads = readonly (string | undefined)[]

async function checkApart(path: string, name: string, { sources }: Output, reads: Reads): Promise<void> {
  const own = [...sources.keys()].filter(file => !isLibraryFile(file))
  for (const input of [...own, ...reads]) {
    if (input !== undefined && (await isSameFile(path, input))) fail('RNN518', { path: name, input })
  }
}

/** Lists the files that a run of trained weights reads: the weights, their data, and the files that the program names. */
export const readsOf = ({
  model,
  file,
  weightsPath,
  data,
}: Pick<Trained, 'model' | 'file' | 'weightsPath' | 'data'>): Reads => [weightsPath, data, ...dataFiles(model, file)]

/** Lists the paths of the files that a data block names. */
export function dataFiles({ data }: CompiledModel, program: string): string[] {
  return data === undefined
    ? []
    : stringsIn(data.body).map(path => (isAbsolute(path) ? path : join(dirname(program), path)))
}

/** Lists all texts in a part of a program. */
function stringsIn(tree: unknown): string[] {
  const found: string[] = []
  const open = [tree]
  while (open.length > 0) {
    const node = open.pop()
    if (typeof node !== 'object' || node === null) continue
    if ('kind' in node && node.kind === 'string' && 'value' in node && typeof node.value === 'string')
      found.push(node.value)
    for (const child of Object.values(node)) open.push(child)
  }
  return found
}

/** Place of new weights. */
export interface WeightsPlace {
  /** Whether a file is there now. */
  readonly replaces: boolean
  /** Path under which a file in the place is kept when the weights are written; undefined if it is not kept. */
  readonly previous?: string
}

/**
 * Decides about a file in the place of new weights of a model of `program`. Earlier weights of the same model are kept, as
 * NAME.previous.safetensors; RNN517 for anything else, unless forced: then it is not kept.
 */
export async function checkReplaced(
  out: string,
  model: CompiledModel,
  program: string,
  force: boolean,
): Promise<WeightsPlace> {
  const found = await contentOf(out, model, program)
  if (found !== 'nothing' && found !== 'own') return force ? { replaces: true } : fail('RNN517', { path: out, found })
  const previous = `${out.replace(/\.safetensors$/, '')}.previous.safetensors`
  const before = await contentOf(previous, model, program)
  if (found === 'own' && before !== 'nothing' && before !== 'own' && !force)
    fail('RNN517', { path: previous, found: before })
  return { replaces: found === 'own', previous }
}

/** `own` for weights of the same model, by the same program or the same declaration; `nothing` for no file; else a description. */
async function contentOf(path: string, model: CompiledModel, program: string): Promise<string> {
  const start = await readStart(path, headerEnd)
  if (start === undefined) return 'nothing'
  const origin = decode(start, path)
  if (origin === undefined) return 'something other than weights of rnnc'
  const [source] = sourcesIn(origin, path)
  const same =
    origin.model === model.signature.name &&
    source !== undefined &&
    ((await isSameFile(source.path, program)) || isDeclaredIn(source, model))
  return same ? 'own' : describe(origin, path)
}

function describe(origin: Origin, path: string): string {
  const [source] = sourcesIn(origin, path)
  return `weights of the model \`${origin.model}\`${source === undefined ? '' : ` of \`${source.path}\``}`
}

/** Tells whether a text declares a model in the same words. */
function isDeclaredIn({ path, text }: Checkpoint['sources'][number], { unit, program }: CompiledModel): boolean {
  const own = program.sources.get(unit.span.file)?.slice(unit.span.start, unit.span.end)
  return parse(text, path).program.items.some(({ span }) => text.slice(span.start, span.end) === own)
}

/** Reads the origin of weights; undefined for a file that rnnc did not write. */
const decode = (start: Uint8Array, path: string): Origin | undefined => ifWeights(() => decodeOrigin(start, path))

/** Tells whether a file begins as weights do, whoever wrote them. */
const isWeights = (start: Uint8Array, path: string): boolean =>
  ifWeights(() => decodeMetadata(start, path)) !== undefined

function ifWeights<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (isFailure(error, 'RNN502')) return undefined
    throw error
  }
}

// A program on disk: its file, the files that it imports, and those that its data blocks read.
import { readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { type CompiledModel, type CompileOptions, compileProgram } from '../compiler/compileModel.ts'
import { type ImportReader, type LinkedProgram, linkProgram } from '../compiler/elaborate/linking/linkProgram.ts'
import { chooseModel } from '../compiler/elaborate/models/checkModel.ts'
import { fail, RnnError } from '../dsl/diagnostics.ts'
import { isLibraryFile } from '../dsl/standardLibrary.ts'
import type { FileSet, ReadFile } from '../runtime/data/sources.ts'
import { readData, readFirstLines } from '../runtime/node/dataFiles.ts'
import { findFiles, type OpenFile, readerIn } from '../runtime/node/fileSet.ts'
import { type OnRead, readBytes } from '../runtime/node/files.ts'
import { once } from '../runtime/once.ts'
import type { Output } from './output.ts'
import { createReadMeter } from './progress.ts'
import { batchSizes, readSets, type Sets } from './sets.ts'

export interface Source {
  /** Its path, as messages show it. */
  readonly file: string
  readonly text: string
  readonly read: ImportReader
}

/** Reads a program. RNN406 if the file cannot be read, or is not a text. */
export async function openSource(path: string, output: Output): Promise<Source> {
  const file = normalize(path)
  const text = decodeProgram(await readGiven(file), path)
  output.sources.set(file, text)
  const read: ImportReader = (imported, from) => {
    const target = join(dirname(from), imported)
    try {
      // Reading a pipe or a device might never end.
      if (!statSync(target).isFile()) return undefined
      const found = { file: target, text: decodeProgram(readFileSync(target), target) }
      output.sources.set(target, found.text)
      return found
    } catch {
      return undefined
    }
  }
  return { file, text, read }
}

/** As `openSource`, for files that were saved together; the first is the program. */
export function savedSource(
  files: readonly { readonly path: string; readonly text: string }[],
  output: Output,
): Source {
  const texts = new Map(files.map(({ path, text }) => [normalize(path), text]))
  for (const [file, text] of texts) output.sources.set(file, text)
  const [[file, text]] = [...texts, ['model.rnn', '']]
  const read: ImportReader = (imported, from) => {
    const target = join(dirname(from), imported)
    const found = texts.get(target)
    return found === undefined ? undefined : { file: target, text: found }
  }
  return { file, text, read }
}

export interface ModelOptions {
  readonly model?: string
  readonly set?: readonly string[]
  /** Whether `set` may give sizes of the batch too: B, and the lengths of ragged axes. */
  readonly sizes?: boolean
  readonly onEvaluate?: CompileOptions['onEvaluate']
}

export interface OpenedModel extends Sets {
  readonly model: CompiledModel
}

/** Compiles one model of a program, and reports warnings. */
export function compileSource({ file, text, read }: Source, options: ModelOptions, output: Output): OpenedModel {
  const program = linkProgram(text, file, read)
  const unit = chooseModel(program, options.model)
  const { sources } = output
  const given = readSets(options.set ?? [], { program, unit, sources }, options.sizes ? batchSizes(unit) : [])
  const { onEvaluate } = options
  const model = compileProgram(program, { file, model: unit.name.text, ...given, ...(onEvaluate && { onEvaluate }) })
  output.report(model.warnings)
  return { model, ...given }
}

/** Lists the files of a program that are the user's own, the program first. */
export const ownSources = (program: LinkedProgram): readonly (readonly [file: string, text: string])[] =>
  [...program.sources].filter(([file]) => !isLibraryFile(file))

/**
 * Makes the reader of a block's data: paths are relative to the program, `data` (`--data`) to the folder where the command runs. Tells
 * every two seconds how much of a file is read. RNN516 if `signal` comes before the end.
 */
export const dataReader =
  (file: string, data: string | undefined, output: Output, signal?: AbortSignal): ReadFile =>
  path => {
    const isGiven = path === data
    const open: OpenFile = (place, shown) => {
      const tell = createReadMeter(output, `reading ${shown}`)
      const meter: OnRead = (read, size) => {
        if (signal?.aborted) fail('RNN516', {})
        tell(read, size)
      }
      return isGiven ? piecesGiven(shown, meter) : readData(place, meter)
    }
    return readerIn(isGiven ? '.' : dirname(file), open)(path)
  }

/** Yields the pieces of a file that the command line names. */
async function* piecesGiven(path: string, onRead?: OnRead): AsyncGenerator<Uint8Array> {
  try {
    yield* readData(path, onRead)
  } catch (error) {
    throw withoutHelp(error)
  }
}

/** Reads a file that the command line names. */
export const readGiven = (path: string): Promise<Uint8Array> => readBytes(path).catch(refuse)

/** Removes the catalogue's help, which is about paths in a program. */
const withoutHelp = (error: unknown): unknown =>
  error instanceof RnnError ? new RnnError(error.diagnostics.map(({ help: _, ...d }) => d)) : error

const refuse = (error: unknown): never => {
  throw withoutHelp(error)
}

/** Bytes of a file that `rnnc check` looks into. */
const firstBytes = 65_536

/** Makes the reader of data that is looked into: of a text its first lines, of others all. */
export function sampleReader(path: string): ReadFile {
  const lines = once(() => firstLines(path))
  return (_, isText) => (isText ? lines() : piecesGiven(path))
}

/** Reads the first lines of a file, or of the first of a folder or pattern. */
async function firstLines(path: string): Promise<Uint8Array | FileSet> {
  const read = (place: string): Promise<Uint8Array> => readFirstLines(place, firstBytes).catch(refuse)
  const found = await findFiles('.', path).catch(refuse)
  if (found === undefined) return read(path)
  const first = found.files.slice(0, 1)
  return { what: found.what, files: first.map(({ path, place }) => ({ path, read: () => read(place) })) }
}

/** The text of a program, without a byte order mark. RNN406 for bytes that are no text. */
export function decodeProgram(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return fail(
      'RNN406',
      { path, reason: 'it is not UTF-8 text' },
      { help: 'a program is a text file that ends in `.rnn`' },
    )
  }
}

// Reads the files that a data block names: tables, and texts.

import { fail, RnnError } from '../../dsl/diagnostics.ts'
import { messageOf } from '../../dsl/messageOf.ts'
import { describeLeaf } from './arrays.ts'
import { bytesIn } from './bytesIn.ts'
import { alone } from './decompressed.ts'
import type { FileSource, Surroundings, TextSource } from './evaluate.ts'
import { DamagedGzip, gunzipped } from './gunzip.ts'
import { placed } from './placed.ts'
import type { FileContent, TextFile } from './value.ts'

/** Bytes of a file, or the pieces of them as they come. */
export type FileBytes = Uint8Array | AsyncIterable<Uint8Array>

/** The files that one path names, in the order in which a text is put together of them. */
export interface FileSet {
  readonly what: 'a folder' | 'a pattern'
  readonly files: readonly { readonly path: string; readonly read: () => FileBytes | Promise<FileBytes> }[]
}

/** Reads what a path names; `isText` tells whether it is read as text. */
export type ReadFile = (path: string, isText: boolean) => FileBytes | FileSet | Promise<FileBytes | FileSet>

export type Sources = Pick<Surroundings, 'read' | 'files'>

/** Makes the readers of files; a table or an array is read once. `path` replaces the only one that is written, if it is given. */
export function sourcesOf({ read, path }: { readonly read: ReadFile; readonly path?: string | undefined }): Sources {
  const contents = new Map<string, Promise<FileContent>>()
  const written = new Set<string>()
  const placeOf = (source: TextSource): string => {
    if (path !== undefined && written.size > 0 && !written.has(source.path)) {
      fail('RNN413', { feature: '`--data` for a block that reads two files' }, { span: source.span })
    }
    written.add(source.path)
    return path ?? source.path
  }
  return {
    read: source => {
      const file = placeOf(source)
      const key = JSON.stringify([source.path, source.by.name, source.variant])
      const content = contents.get(key) ?? readContent(file, source, read)
      contents.set(key, content)
      return content
    },
    files: source => {
      const file = placeOf(source)
      return () => textFiles(file, read)
    },
  }
}

/** Reads a table or an array as its file comes. Errors without a place are reported at the call that reads. */
function readContent(file: string, { span, format, asked }: FileSource, read: ReadFile): Promise<FileContent> {
  const reader = format(file, asked)
  return placed(span, async () => {
    const found = await opened(file, () => read(file, reader.isText))
    if (isFileSet(found)) {
      const what = reader.isText ? 'a table' : 'an array'
      fail('RNN406', { path: file, reason: `it is ${found.what}, but ${what} is read from one file` })
    }
    for await (const piece of piecesOf(file, found)) reader.add(piece)
    return reader.end()
  })
}

/** Yields the files of a text. RNN406 where there is none. */
async function* textFiles(path: string, read: ReadFile): AsyncGenerator<TextFile> {
  const found = await opened(path, () => read(path, true))
  if (!isFileSet(found)) {
    yield { path, pieces: piecesOf(path, found) }
    return
  }
  const reason = found.what === 'a folder' ? 'it contains no file' : 'no file matches it'
  if (found.files.length === 0) fail('RNN406', { path, reason })
  for (const file of found.files) {
    yield { path: file.path, pieces: piecesOf(file.path, await opened(file.path, file.read)) }
  }
}

/** Yields the pieces of a file, decompressed. RNN406 where it cannot be read, RNN410 where its compressed data is damaged. */
async function* piecesOf(file: string, bytes: FileBytes): AsyncGenerator<Uint8Array> {
  try {
    const whole = bytesIn(bytes)
    yield* gunzipped(whole === undefined ? checkedPieces(file, bytes) : alone(whole))
  } catch (error) {
    unreadable(file, error)
  }
}

/** Yields the pieces that a reader gives. RNN406 where it gives anything but bytes, as a program without types may. */
async function* checkedPieces(path: string, pieces: unknown): AsyncGenerator<Uint8Array> {
  const refuse = (given: unknown): never =>
    fail(
      'RNN406',
      { path, reason: `its reader gives ${describeLeaf(given)} in place of bytes` },
      { help: 'a reader gives a Uint8Array, or pieces of one' },
    )
  if (!isAsyncIterable(pieces)) return refuse(pieces)
  for await (const piece of pieces) yield bytesIn(piece) ?? refuse(piece)
}

const isFileSet = (found: unknown): found is FileSet =>
  typeof found === 'object' && found !== null && 'files' in found && Array.isArray(found.files)

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' &&
  value !== null &&
  Symbol.asyncIterator in value &&
  typeof value[Symbol.asyncIterator] === 'function'

async function opened<T>(file: string, open: () => T | Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (error) {
    return unreadable(file, error)
  }
}

function unreadable(path: string, error: unknown): never {
  if (error instanceof RnnError) throw error
  if (error instanceof DamagedGzip) return fail('RNN410', { file: path, reason: error.message })
  return fail('RNN406', { path, reason: messageOf(error) })
}

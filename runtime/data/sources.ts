// Reads the files that a data block names: tables, and texts.
import { fail, RnnError } from '../../dsl/diagnostics.ts'
import type { Surroundings, TableSource, TextSource } from './evaluate.ts'
import { bytesReader } from './functions/file.ts'
import { placed } from './placed.ts'
import type { Table, TextFile } from './value.ts'

/** Bytes of a file, or the pieces of them as they come. */
export type FileBytes = Uint8Array | AsyncIterable<Uint8Array>

/** The files that one path names, in the order in which a text is put together of them. */
export interface FileSet {
  readonly what: 'a folder' | 'a pattern'
  readonly files: readonly { readonly path: string; readonly read: () => FileBytes | Promise<FileBytes> }[]
}

export type ReadFile = (path: string) => FileBytes | FileSet | Promise<FileBytes | FileSet>

export type Sources = Pick<Surroundings, 'read' | 'files'>

/** Makes the readers of files; a table is read once. `path` replaces the only one that is written, if it is given. */
export function sourcesOf({ read, path }: { readonly read: ReadFile; readonly path?: string | undefined }): Sources {
  const tables = new Map<string, Promise<Table>>()
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
      const table = tables.get(key) ?? readTable(file, source, read)
      tables.set(key, table)
      return table
    },
    files: source => {
      const file = placeOf(source)
      return () => textFiles(file, read)
    },
  }
}

/** Reads a table as its file comes. Errors without a place are reported at the call that reads. */
function readTable(file: string, { span, format, asked }: TableSource, read: ReadFile): Promise<Table> {
  const table = bytesReader(file, format(file, asked))
  return placed(span, async () => {
    const found = await opened(file, () => read(file))
    if ('files' in found)
      fail('RNN406', { path: file, reason: `it is ${found.what}, and a table is read from one file` })
    for await (const piece of piecesOf(file, found)) table.add(piece)
    return table.end()
  })
}

/** Yields the files of a text. RNN406 where there is none. */
async function* textFiles(path: string, read: ReadFile): AsyncGenerator<TextFile> {
  const found = await opened(path, () => read(path))
  if (!('files' in found)) {
    yield { path, pieces: piecesOf(path, found) }
    return
  }
  const reason = found.what === 'a folder' ? 'there is no file in it' : 'no file has such a name'
  if (found.files.length === 0) fail('RNN406', { path, reason })
  for (const file of found.files) {
    yield { path: file.path, pieces: piecesOf(file.path, await opened(file.path, file.read)) }
  }
}

/** Yields the pieces of a file. RNN406 where it cannot be read. */
async function* piecesOf(file: string, bytes: FileBytes): AsyncGenerator<Uint8Array> {
  if (bytes instanceof Uint8Array) yield bytes
  else {
    try {
      yield* bytes
    } catch (error) {
      unreadable(file, error)
    }
  }
}

async function opened<T>(file: string, open: () => T | Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (error) {
    return unreadable(file, error)
  }
}

function unreadable(path: string, error: unknown): never {
  if (error instanceof RnnError) throw error
  return fail('RNN406', { path, reason: error instanceof Error ? error.message : String(error) })
}

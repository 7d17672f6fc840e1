// Reads files, for the functions that do so: tables of text, which comes in whole lines, and arrays of bytes.
import { fail, RnnError } from '../../../dsl/diagnostics.ts'
import type { Asked } from '../asked.ts'
import { lineDecoder, pieceLength } from '../lineText.ts'
import { type Argument, describe, type FileContent, type Sequences, type Series, type Table } from '../value.ts'
import type { Call } from './function.ts'

/** Reads what a file holds from its bytes, which come in pieces. */
export interface FileReader<T extends FileContent = FileContent> {
  /** Whether the file is text, the first lines of which are a file too. */
  readonly isText: boolean
  /** Takes a piece, whose place may be used again. */
  readonly add: (bytes: Uint8Array) => void
  readonly end: () => T | Promise<T>
}

/** A reader that needs nothing but the bytes at hand. */
export interface DirectReader<T extends FileContent> extends FileReader<T> {
  readonly end: () => T
}

/** Makes a reader of a file; `asked` tells how a column is kept. */
export type FileFormat<T extends FileContent = FileContent> = (
  file: string,
  asked: (column: string) => Asked,
) => FileReader<T>

/** Reads a table from its text, which comes in whole lines. */
export interface TextReader<T extends Table> {
  readonly add: (text: string) => void
  readonly end: () => T
}

export type TextFormat<T extends Table = Table> = (file: string, asked: (column: string) => Asked) => TextReader<T>

/** Reads the table in the file at a path; `variant` tells formats of one function apart. RNN231 for a path that is not a text. */
export async function readTable(
  path: Argument,
  call: Call,
  format: FileFormat<Table>,
  variant?: string,
): Promise<Table> {
  const content = await readFile(path, call, format, variant)
  if (content.kind === 'table') return content
  throw new Error(`${content.file} holds no table`)
}

/** Reads the array in the file at a path, as the value that the equation needs. RNN231 for a path that is no text. */
export async function readArrayFile(path: Argument, call: Call, format: FileFormat): Promise<Series | Sequences> {
  const content = await readFile(path, call, format)
  if (content.kind === 'array') return call.fromArray(content)
  throw new Error(`${content.file} holds no array`)
}

async function readFile({ value, span }: Argument, call: Call, format: FileFormat, variant = ''): Promise<FileContent> {
  if (value.kind !== 'text') {
    return fail('RNN231', { what: 'the path', expected: 'a string in quotes', found: describe(value) }, { span })
  }
  return call.read(value.value, span, format, variant)
}

/** Makes the format of a file that holds text; invalid UTF-8 is reported before any other error of it. */
export const textFile =
  <T extends Table>(format: TextFormat<T>) =>
  (file: string, asked: (column: string) => Asked): DirectReader<T> => {
    const { add, end } = format(file, asked)
    const decoder = lineDecoder((reason, help) => fail('RNN410', { file, reason }, { help }))
    let failed: RnnError | undefined
    const attempt = (text: string): void => {
      if (failed !== undefined || text === '') return
      try {
        add(text)
      } catch (error) {
        if (!(error instanceof RnnError)) throw error
        failed = error
      }
    }
    return {
      isText: true,
      add: bytes => {
        for (let at = 0; at < bytes.length; at += pieceLength)
          attempt(decoder.add(bytes.subarray(at, at + pieceLength)))
      },
      end: () => {
        attempt(decoder.end())
        if (failed !== undefined) throw failed
        return end()
      },
    }
  }

/** Reads a table from all its bytes. */
export function tableIn<T extends Table>(
  bytes: Uint8Array,
  file: string,
  format: TextFormat<T>,
  asked: (column: string) => Asked = () => 'labels',
): T {
  const reader = textFile(format)(file, asked)
  reader.add(bytes)
  return reader.end()
}

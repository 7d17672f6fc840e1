// Reads tables from files, for the functions that do so.
import { fail, RnnError } from '../../../dsl/diagnostics.ts'
import type { Asked } from '../asked.ts'
import { lineDecoder, pieceLength } from '../lineText.ts'
import { type Argument, describe, type Table } from '../value.ts'
import type { Call } from './function.ts'

/** Reads a table from its text, which comes in whole lines. */
export interface TableReader<T extends Table = Table> {
  readonly add: (text: string) => void
  readonly end: () => T
}

/** Makes a reader of the table in a file; `asked` tells how a column is kept. */
export type TableFormat<T extends Table = Table> = (file: string, asked: (column: string) => Asked) => TableReader<T>

/** Reads the table in the file at a path; `variant` tells formats of one function apart. RNN231 for a path that is not a text. */
export async function readTable(
  { value, span }: Argument,
  call: Call,
  format: TableFormat,
  variant = '',
): Promise<Table> {
  if (value.kind !== 'text') {
    return fail('RNN231', { what: 'the path', expected: 'a string in quotes', found: describe(value) }, { span })
  }
  return call.read(value.value, span, format, variant)
}

/** Reads a table from bytes, piece by piece; invalid UTF-8 is reported before any other error of the text. */
export function bytesReader<T extends Table>(file: string, { add, end }: TableReader<T>) {
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
    add: (bytes: Uint8Array): void => {
      for (let at = 0; at < bytes.length; at += pieceLength) attempt(decoder.add(bytes.subarray(at, at + pieceLength)))
    },
    end: (): T => {
      attempt(decoder.end())
      if (failed !== undefined) throw failed
      return end()
    },
  }
}

/** Reads a table from all its bytes. */
export function tableIn<T extends Table>(bytes: Uint8Array, file: string, reader: TableReader<T>): T {
  const all = bytesReader(file, reader)
  all.add(bytes)
  return all.end()
}

// What functions that read a table from a file share.
import { fail } from '../../../dsl/diagnostics.ts'
import { describe, type Table } from '../value.ts'
import type { DataFunction } from './function.ts'

/** The function `name(path)`; `parse` gets the bytes of the file, and its path for messages. `example` makes a file. */
export const tableReader = (
  name: string,
  parse: (bytes: Uint8Array, file: string) => Table,
  example: DataFunction['example'],
): DataFunction => ({
  name,
  example,
  parameters: [{ name: 'path' }],
  apply: async ([path], call) => {
    if (path.value.kind !== 'text') {
      return fail('RNN210', { what: 'the path', expected: 'a text in quotes', found: describe(path.value) }, path)
    }
    const { file, bytes } = await call.read(path.value.value, path.span)
    return parse(bytes, file)
  },
})

/** The text of a file, without a byte order mark; `malformed` is called where a byte is no UTF-8. */
export function textOf(bytes: Uint8Array, malformed: (reason: string) => never): string {
  try {
    // `fatal` makes it an error, and not a � in the data.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return malformed('it is not UTF-8 text')
  }
}

// What functions that read a table from a file share.
import { fail } from '../../../dsl/diagnostics.ts'
import { type Argument, describe, type Table } from '../value.ts'
import type { Call } from './function.ts'

/** The table in the file at a path; `parse` gets the bytes of the file, and its path for messages. RNN210 for what is no text. */
export async function readTable(
  { value, span }: Argument,
  call: Call,
  parse: (bytes: Uint8Array, file: string) => Table,
): Promise<Table> {
  if (value.kind !== 'text') {
    return fail('RNN210', { what: 'the path', expected: 'a text in quotes', found: describe(value) }, { span })
  }
  const { file, bytes } = await call.read(value.value, span)
  return parse(bytes, file)
}

/** The text of a file, without a byte order mark; `malformed` is called where a byte is no UTF-8. */
export function textOf(bytes: Uint8Array, malformed: (reason: string) => never): string {
  try {
    // `fatal` makes it an error, and not a � in the data.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return malformed('it is not UTF-8 text')
  }
}

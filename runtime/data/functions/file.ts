// What functions that read a table from a file share.
import { fail, RnnError } from '../../../dsl/diagnostics.ts'
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
  try {
    return parse(bytes, file)
  } catch (error) {
    if (!(error instanceof RnnError)) throw error
    throw new RnnError(error.diagnostics.map(d => ({ span, ...d })))
  }
}

/** The text of a file, without a byte order mark; `malformed` is called where a byte is no UTF-8. */
export function textOf(bytes: Uint8Array, malformed: (reason: string, help?: string) => never): string {
  try {
    return decode(bytes)
  } catch {
    const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
    const what = isUtf16 ? 'it is UTF-16, and not UTF-8 text' : `line ${firstNotUtf8(bytes)} is not UTF-8 text`
    return malformed(what, 'save the file as UTF-8')
  }
}

// `fatal` makes it an error, and not a � in the data.
const decode = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes)

/** The first line, from 1, that is no UTF-8; none of its characters but the ends of lines have the bytes of these. */
function firstNotUtf8(bytes: Uint8Array): number {
  let line = 1
  for (let start = 0; start < bytes.length; line++) {
    let end = start
    while (end < bytes.length && bytes[end] !== 10 && bytes[end] !== 13) end++
    try {
      decode(bytes.subarray(start, end))
    } catch {
      return line
    }
    start = end + (bytes[end] === 13 && bytes[end + 1] === 10 ? 2 : 1)
  }
  return line
}

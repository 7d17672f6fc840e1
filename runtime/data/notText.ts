// Says why bytes are no text: where they stop being UTF-8, or of which format they are.
import { invalidAt } from './utf8.ts'

/** Help for all of them. */
export const saveAsUtf8 = 'save the file as UTF-8'

/** What is said of a text with a NUL. */
export const holdsNul = 'contains a NUL: the file is binary, or text in UTF-16'

/** What is known of a file before some of its bytes. */
export interface Before {
  readonly lines: number
  readonly bytes: number
  /** The format that the beginning of the file is of, if that is no text. */
  readonly foreign: string | undefined
}

/** Says what is wrong with bytes that are not UTF-8. */
export function notUtf8(bytes: Uint8Array, { foreign, ...before }: Before): string {
  if (foreign !== undefined) return `it is ${foreign}, and not UTF-8 text`
  const at = invalidAt(bytes)
  const byte = `0x${bytes[at].toString(16).toUpperCase().padStart(2, '0')}`
  const line = before.lines + lineEnds(bytes.subarray(0, at)) + 1
  return `line ${line} is not UTF-8 text: the byte at offset ${before.bytes + at} is ${byte}`
}

const [lf, cr] = [10, 13]

/** Counts the ends of lines behind the byte `previous`: LF, CR, or both as one. */
export function lineEnds(bytes: Uint8Array, previous = 0): number {
  let ends = 0
  let last = previous
  for (const byte of bytes) {
    if (byte === cr || (byte === lf && last !== cr)) ends++
    last = byte
  }
  return ends
}

/** Beginnings of files that are no UTF-8 text. */
const formats: readonly (readonly [name: string, first: readonly number[]])[] = [
  ['UTF-16', [0xff, 0xfe]],
  ['UTF-16', [0xfe, 0xff]],
  ['a zip archive (a spreadsheet?)', [0x50, 0x4b, 3, 4]],
  ['compressed with bzip2', [0x42, 0x5a, 0x68]],
  ['compressed with xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['compressed with zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['an array saved by NumPy', [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]],
]

/** Names the format that the first bytes of a file are of, if that is no text. */
export const foreignFormat = (bytes: Uint8Array): string | undefined =>
  formats.find(([, first]) => first.every((byte, i) => bytes[i] === byte))?.[0]

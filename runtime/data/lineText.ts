// Decodes a file that comes in pieces of bytes: UTF-8, given on as whole lines.
import { invalidAt } from './utf8.ts'

/** Longest piece of a file that is read at once, in bytes: the texts of longer ones would stay in memory after it. */
export const pieceLength = 65_536

/** Greatest length of a row, in bytes or characters: with the next piece it is still a text that V8 can hold. */
export const longestRow = 2 ** 29 - 24 - pieceLength

const [lf, cr] = [10, 13]

/** Takes bytes, and gives the text of the lines that are complete so far. */
export interface LineDecoder {
  readonly add: (bytes: Uint8Array) => string
  readonly end: () => string
}

/** Makes a decoder that calls `malformed` where a byte is not UTF-8, and for a line of more than `longest` bytes. */
export function lineDecoder(
  malformed: (reason: string, help?: string) => never,
  longest: number = longestRow,
): LineDecoder {
  /** Bytes after the last end of a line. */
  let rest: Uint8Array[] = []
  let restLength = 0
  /** Numbers of lines and bytes before. */
  let lines = 0
  let before = 0
  let foreign: string | undefined
  const take = (bytes: Uint8Array): string => {
    rest.push(bytes)
    const whole = rest.length === 1 ? bytes : joined(rest)
    rest = []
    restLength = 0
    if (whole.length === 0) return ''
    if (before === 0) foreign = foreignFormat(whole)
    // A byte order mark is one at the beginning only.
    const text = decode(whole, before === 0)
    if (text === undefined) {
      const at = invalidAt(whole)
      const line = lines + endsIn(whole.subarray(0, at)) + 1
      const byte = `0x${whole[at].toString(16).toUpperCase().padStart(2, '0')}`
      const where = `line ${line} is not UTF-8 text: the byte at offset ${before + at} is ${byte}`
      malformed(foreign === undefined ? where : `it is ${foreign} and not UTF-8 text`, 'save the file as UTF-8')
    }
    lines += endsIn(whole)
    before += whole.length
    return text ?? ''
  }
  /** Keeps bytes of an unfinished line, as a copy: the caller may use their place again. */
  const keep = (bytes: Uint8Array): void => {
    restLength += bytes.length
    if (restLength > longest) malformed(`line ${lines + 1} does not end within ${longest} bytes`)
    rest.push(bytes.slice())
  }
  return {
    add: bytes => {
      const end = endOfLines(bytes)
      const text = end === 0 ? '' : take(bytes.subarray(0, end))
      if (end < bytes.length) keep(bytes.subarray(end))
      return text
    },
    end: () => take(new Uint8Array()),
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((n, piece) => n + piece.length, 0))
  let end = 0
  for (const piece of pieces) {
    all.set(piece, end)
    end += piece.length
  }
  return all
}

// `fatal` makes invalid bytes an error, and not a � in the data.
const [first, later] = [false, true].map(ignoreBOM => new TextDecoder('utf-8', { fatal: true, ignoreBOM }))

/** Decodes UTF-8; undefined for other bytes. */
function decode(bytes: Uint8Array, isFirst: boolean): string | undefined {
  try {
    return (isFirst ? first : later).decode(bytes)
  } catch {
    return undefined
  }
}

/** Finds the place after the last end of a line; a CR that ends the bytes may go on with an LF, and does not count. */
function endOfLines(bytes: Uint8Array): number {
  for (let i = bytes.length - 1; i >= 0; i--) {
    if (bytes[i] === lf || (bytes[i] === cr && i + 1 < bytes.length)) return i + 1
  }
  return 0
}

/** Counts the ends of lines. */
function endsIn(bytes: Uint8Array): number {
  let ends = 0
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === lf || (bytes[i] === cr && bytes[i + 1] !== lf)) ends++
  return ends
}

/** Beginnings of files that are no UTF-8 text. */
const formats: readonly (readonly [name: string, first: readonly number[]])[] = [
  ['UTF-16,', [0xff, 0xfe]],
  ['UTF-16,', [0xfe, 0xff]],
  ['a zip archive, as spreadsheets are,', [0x50, 0x4b, 3, 4]],
  ['compressed by bzip2,', [0x42, 0x5a, 0x68]],
  ['compressed by xz,', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['compressed by zstd,', [0x28, 0xb5, 0x2f, 0xfd]],
  ['an array of NumPy,', [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]],
]

/** Names the format of bytes that are no text, where they begin as it does. */
const foreignFormat = (bytes: Uint8Array): string | undefined =>
  formats.find(([, first]) => first.every((byte, i) => bytes[i] === byte))?.[0]

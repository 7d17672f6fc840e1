// Decodes a file that comes in pieces of bytes: UTF-8, given on as whole lines.
import { joinedBytes } from '../../dsl/joinedBytes.ts'
import { foreignFormat, lineEnds, notUtf8, saveAsUtf8 } from './notText.ts'

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
    const whole = rest.length === 1 ? bytes : joinedBytes(rest)
    rest = []
    restLength = 0
    if (whole.length === 0) return ''
    if (before === 0) foreign = foreignFormat(whole)
    // A byte order mark is one at the beginning only.
    const text = decode(whole, before === 0)
    if (text === undefined) malformed(notUtf8(whole, { lines, bytes: before, foreign }), saveAsUtf8)
    lines += lineEnds(whole)
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

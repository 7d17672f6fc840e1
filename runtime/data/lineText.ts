// Decodes a file that comes in pieces of bytes: UTF-8, given on as whole lines.

/** Longest piece of a file that is read at once, in bytes: the texts of longer ones would stay in memory after it. */
export const pieceLength = 65_536

const [lf, cr] = [10, 13]

/** Takes bytes, and gives the text of the lines that are complete so far; calls `malformed` where a byte is not UTF-8. */
export interface LineDecoder {
  readonly add: (bytes: Uint8Array) => string
  readonly end: () => string
}

export function lineDecoder(malformed: (reason: string, help?: string) => never): LineDecoder {
  /** Bytes after the last end of a line. */
  let rest: Uint8Array[] = []
  /** Number of lines before. */
  let lines = 0
  let isFirst = true
  const take = (bytes: Uint8Array): string => {
    rest.push(bytes)
    const whole = rest.length === 1 ? bytes : joined(rest)
    rest = []
    if (whole.length === 0) return ''
    // A byte order mark is one at the beginning only.
    const text = decode(whole, isFirst)
    if (text === undefined) {
      const isUtf16 = isFirst && ((whole[0] === 0xff && whole[1] === 0xfe) || (whole[0] === 0xfe && whole[1] === 0xff))
      const line = lines + firstNotUtf8(whole)
      malformed(
        isUtf16 ? 'it is UTF-16, and not UTF-8 text' : `line ${line} is not UTF-8 text`,
        'save the file as UTF-8',
      )
    }
    lines += endsIn(whole)
    isFirst = false
    return text ?? ''
  }
  return {
    add: bytes => {
      const end = endOfLines(bytes)
      const text = end === 0 ? '' : take(bytes.subarray(0, end))
      // Copies the bytes: the caller may use their place again.
      if (end < bytes.length) rest.push(bytes.slice(end))
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

/** Finds the first line, from 1, that is not UTF-8; the bytes of line ends stand in no other character. */
function firstNotUtf8(bytes: Uint8Array): number {
  let line = 1
  for (let start = 0; start < bytes.length; line++) {
    let end = start
    while (end < bytes.length && bytes[end] !== lf && bytes[end] !== cr) end++
    if (decode(bytes.subarray(start, end), false) === undefined) return line
    start = end + (bytes[end] === cr && bytes[end + 1] === lf ? 2 : 1)
  }
  return line
}

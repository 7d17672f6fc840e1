// Reads files of data, of any size, piece by piece; what gzip has compressed is decompressed.
import { gunzipped, type Inflate } from '../data/gunzip.ts'
import { type OnRead, readPieces } from './files.ts'

/**
 * Reads a file of data piece by piece, decompressed where gzip has compressed it; a piece is valid until the next is asked for. `onRead`
 * is told of the bytes of the file as it is. RNN406 as for `readBytes`; `DamagedGzip` for compressed data that is damaged.
 */
export const readData = (path: string, onRead?: OnRead): AsyncGenerator<Uint8Array> =>
  gunzipped(readPieces(path, onRead), inflateMembers)

/** Decompresses a file that may be several put together, each compressed by itself. Loads what it needs late, as few files are compressed. */
const inflateMembers: Inflate = async function* (pieces) {
  const [{ Readable }, { pipeline }, { createGunzip }] = await Promise.all([
    import('node:stream'),
    import('node:stream/promises'),
    import('node:zlib'),
  ])
  const gunzip = createGunzip()
  // Throws its error where the result is read.
  pipeline(Readable.from(pieces), gunzip).catch(() => undefined)
  yield* gunzip
}

/**
 * Reads the first whole lines of a text file within `most` bytes, or within more where these hold fewer than two. The cut is after a line
 * at which no quotes are open. Errors as for `readData`.
 */
export async function readFirstLines(path: string, most: number): Promise<Uint8Array> {
  let bytes = new Uint8Array(most + 1)
  let length = 0
  let wanted = bytes.length
  for await (const piece of readData(path)) {
    if (length + piece.length > bytes.length) {
      const longer = new Uint8Array(2 * (length + piece.length))
      longer.set(bytes)
      bytes = longer
    }
    bytes.set(piece, length)
    length += piece.length
    for (; length >= wanted; wanted *= 2) {
      const end = endOfLines(bytes.subarray(0, wanted))
      if (end > 0) return bytes.subarray(0, end)
    }
  }
  return bytes.subarray(0, length)
}

/** Finds the place after the last end of a line outside quotes; 0 where there are fewer than two lines. */
function endOfLines(bytes: Uint8Array): number {
  const [quote, lineFeed, carriageReturn] = [0x22, 0x0a, 0x0d]
  let isOpen = false
  let lines = 0
  let end = 0
  bytes.forEach((byte, i) => {
    if (byte === quote) isOpen = !isOpen
    if (isOpen || (byte !== lineFeed && byte !== carriageReturn)) return
    if (i > end) lines++
    end = i + 1
  })
  return lines > 1 ? end : 0
}

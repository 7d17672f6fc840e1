// Reads zip archives: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT. The platform decompresses; what is left is the directory.
// Why no library: fflate 0.8.3 reads an archive of which a byte was changed without an error, and yauzl 3.4.0 does not compare checksums
// either (“No CRC-32 Checking” in its readme), so that damaged numbers would be read as others. @zip.js/zip.js 2.24.0 compares them, but
// its reader alone brings 65 kB of minified code to a page; this file brings 3 kB.
import type { Malformed } from './arrayFile.ts'
import { crc32 } from './crc32.ts'
import { alone, decompressed } from './decompressed.ts'

export interface ZipEntry {
  readonly name: string
  /** Yields the bytes of the file; what is damaged is an error at the end, at the latest. */
  readonly pieces: () => AsyncGenerator<Uint8Array>
}

/** Signatures of the records. */
const [localFile, centralFile, end, zip64End, zip64Locator] = [
  0x04034b50, 0x02014b50, 0x06054b50, 0x06064b50, 0x07064b50,
]

/** Stand in fields of 16 and 32 bits for values that are in another record. */
const [full16, full32] = [0xffff, 0xffffffff]

/** What the directory tells of a file. */
interface Entry {
  readonly name: string
  readonly flags: number
  readonly method: number
  readonly crc: number
  readonly compressed: number
  readonly size: number
  readonly offset: number
}

/** Lists the files of an archive. Calls `malformed` where it is no archive, or a name is there twice. */
export function zipEntries(archive: Uint8Array, malformed: Malformed): ZipEntry[] {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength)
  try {
    const entries = directoryOf(archive, view, malformed)
    const seen = new Set<string>()
    for (const { name } of entries) {
      if (seen.has(name)) malformed(`the archive contains \`${name}\` twice`)
      seen.add(name)
    }
    return entries.map(entry => ({ name: entry.name, pieces: () => piecesOf(entry, archive, view, malformed) }))
  } catch (error) {
    // A record leads to a place outside of the file.
    if (error instanceof RangeError) return malformed('the directory of the archive is damaged')
    throw error
  }
}

function directoryOf(archive: Uint8Array, view: DataView, malformed: Malformed): Entry[] {
  const at = endOf(archive, view)
  if (at === undefined) return malformed('it is not a zip archive, or it is incomplete', 'save it with `numpy.savez`')
  const { count, offset } = directoryAt(at, view)
  const entries: Entry[] = []
  let place = offset
  for (let i = 0; i < count; i++) {
    if (view.getUint32(place, true) !== centralFile) return malformed('the directory of the archive is damaged')
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map(field => view.getUint16(place + field, true))
    const extra = place + 46 + nameLength
    entries.push({
      name: decoder.decode(archive.subarray(place + 46, extra)),
      flags: view.getUint16(place + 8, true),
      method: view.getUint16(place + 10, true),
      crc: view.getUint32(place + 16, true),
      ...sizesOf(place, extra, extra + extraLength, view),
    })
    place = extra + extraLength + commentLength
  }
  return entries
}

const decoder = new TextDecoder()

/** Finds the record that ends an archive, behind which stands a comment alone. */
function endOf(archive: Uint8Array, view: DataView): number | undefined {
  const least = Math.max(0, archive.length - 22 - full16)
  for (let at = archive.length - 22; at >= least; at--) {
    if (view.getUint32(at, true) === end && view.getUint16(at + 20, true) === archive.length - at - 22) return at
  }
  return undefined
}

/** Finds the directory: its number of files, and its place. */
function directoryAt(at: number, view: DataView): { readonly count: number; readonly offset: number } {
  const [count, offset] = [view.getUint16(at + 10, true), view.getUint32(at + 16, true)]
  const isWide = count === full16 || offset === full32
  if (!isWide || at < 20 || view.getUint32(at - 20, true) !== zip64Locator) return { count, offset }
  const wide = wideAt(view, at - 12)
  if (view.getUint32(wide, true) !== zip64End) return { count, offset }
  return { count: wideAt(view, wide + 32), offset: wideAt(view, wide + 48) }
}

/** Reads the sizes and the place of a file; those that need 64 bits are in an extra field, in this order. */
function sizesOf(
  place: number,
  extra: number,
  last: number,
  view: DataView,
): Pick<Entry, 'compressed' | 'size' | 'offset'> {
  const [size, compressed, offset] = [24, 20, 42].map(field => view.getUint32(place + field, true))
  let wide = last
  for (let at = extra; at + 4 <= last; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) === 1) wide = at + 4
  }
  const widened = [size, compressed, offset].map(value => {
    if (value !== full32 || wide + 8 > last) return value
    wide += 8
    return wideAt(view, wide - 8)
  })
  return { size: widened[0], compressed: widened[1], offset: widened[2] }
}

/** Reads 64 bits; a value that no number holds leads out of any file. */
const wideAt = (view: DataView, at: number): number => Number(view.getBigUint64(at, true))

/** Decompresses bytes; calls `damaged` where that fails. */
async function* inflated(bytes: Uint8Array<ArrayBuffer>, damaged: () => never): AsyncGenerator<Uint8Array> {
  const pieces = decompressed(alone(bytes), 'deflate-raw')
  const next = (): Promise<IteratorResult<Uint8Array>> => pieces.next().catch(damaged)
  for (let piece = await next(); !piece.done; piece = await next()) yield piece.value
}

/** Yields the bytes of a file, and compares their number and their checksum with those of the directory. */
async function* piecesOf(
  { name, flags, method, crc, compressed, size, offset }: Entry,
  archive: Uint8Array,
  view: DataView,
  malformed: Malformed,
): AsyncGenerator<Uint8Array> {
  const damaged = (): never => malformed(`\`${name}\` in the archive is damaged`)
  if (offset + 30 > archive.length || view.getUint32(offset, true) !== localFile) damaged()
  if (flags & 1) malformed(`\`${name}\` in the archive is encrypted`)
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true)
  if (start + compressed > archive.length) damaged()
  const bytes = archive.slice(start, start + compressed)
  if (method !== 0 && method !== 8)
    malformed(`\`${name}\` in the archive is compressed with method ${method}; only 0 and 8 are supported`)
  let [length, sum] = [0, 0]
  for await (const piece of method === 0 ? [bytes] : inflated(bytes, damaged)) {
    length += piece.length
    sum = crc32(piece, sum)
    if (length > size) damaged()
    yield piece
  }
  if (length !== size || sum !== crc) damaged()
}

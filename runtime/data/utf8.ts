// Finds where bytes stop being UTF-8, which a decoder does not tell.

/** Ranges of the first byte of a character of several: its number of bytes, and the range of the second. */
const ranges: readonly (readonly [from: number, to: number, length: number, least: number, most: number])[] = [
  [0xc2, 0xdf, 2, 0x80, 0xbf],
  [0xe0, 0xe0, 3, 0xa0, 0xbf],
  [0xe1, 0xec, 3, 0x80, 0xbf],
  [0xed, 0xed, 3, 0x80, 0x9f],
  [0xee, 0xef, 3, 0x80, 0xbf],
  [0xf0, 0xf0, 4, 0x90, 0xbf],
  [0xf1, 0xf3, 4, 0x80, 0xbf],
  [0xf4, 0xf4, 4, 0x80, 0x8f],
]

/** Gives the place of the first byte of the first character that is invalid or incomplete (RFC 3629, section 4); -1 if all are valid. */
export function invalidAt(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at]
    if (first < 0x80) {
      at++
      continue
    }
    const range = ranges.find(([from, to]) => first >= from && first <= to)
    if (range === undefined) return at
    const [, , length, least, most] = range
    if (!(bytes[at + 1] >= least && bytes[at + 1] <= most)) return at
    for (let i = 2; i < length; i++) if (!(bytes[at + i] >= 0x80 && bytes[at + i] <= 0xbf)) return at
    at += length
  }
  return -1
}

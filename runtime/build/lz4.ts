// Packs bytes in the block format of LZ4: runs of bytes as they are, and repeats of what came before. What unpacks them takes a few lines of
// a built module, which imports nothing and makes its code without waiting, while the platform decompresses only asynchronously. The
// library lz4js 0.2.0 tries a single place for each repeat, which takes a tenth more; the longest repeat at each place, in place of the
// cheapest ones together, takes a twentieth more.

/** Repeats are at least so long. */
const least = 4
/** The last bytes of a block are no repeat, and no repeat begins right before them. */
const [lastBytes, lastStart] = [5, 12]
const farthest = 0xffff

/** The block that unpacks to these bytes. */
export function packed(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const repeats = repeatsIn(bytes)
  const lengths = cheapest(repeats)
  const out: number[] = []
  let from = 0
  for (let at = 0; at < bytes.length; ) {
    const repeat = repeats[at]
    const length = lengths[at]
    if (repeat === undefined || length === 0) at++
    else {
      sequence(out, bytes.subarray(from, at), { ...repeat, length })
      at += length
      from = at
    }
  }
  sequence(out, bytes.subarray(from))
  return Uint8Array.from(out)
}

/** The longest repeat at each place. */
function repeatsIn(bytes: Uint8Array): readonly (Repeat | undefined)[] {
  const seen = new Map<number, number[]>()
  return Array.from(bytes, (_, at) => {
    if (at + lastStart > bytes.length) return undefined
    const key = keyAt(bytes, at)
    const places = seen.get(key) ?? []
    const repeat = longest(bytes, at, places)
    places.push(at)
    seen.set(key, places)
    return repeat
  })
}

/** How much of the repeat at each place is taken for the fewest bytes from there to the end; 0 where its byte stays as it is. */
function cheapest(repeats: readonly (Repeat | undefined)[]): readonly number[] {
  const bytes = [...repeats.map(() => 0), 0]
  const lengths = repeats.map(() => 0)
  for (let at = repeats.length - 1; at >= 0; at--) {
    bytes[at] = 1 + bytes[at + 1]
    for (let length = least; length <= (repeats[at]?.length ?? 0); length++) {
      // A token, a distance of two bytes, and the rest of the length.
      const taken = 3 + restBytes(length - least) + bytes[at + length]
      if (taken > bytes[at]) continue
      bytes[at] = taken
      lengths[at] = length
    }
  }
  return lengths
}

/** So many places are tried for a repeat, the latest. */
const mostTried = 256

/** A repeat so long is good enough: where all repeats, each place would have many that are longer. */
const longEnough = 1024

/** The bytes with which a repeat begins. */
const keyAt = (bytes: Uint8Array, at: number): number =>
  bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)

/** Bytes that are the same as those so far before them. */
interface Repeat {
  readonly length: number
  readonly distance: number
}

/** The longest repeat at a place, of what begins at one of others. */
function longest(bytes: Uint8Array, at: number, places: readonly number[]): Repeat | undefined {
  let best: Repeat | undefined
  const first = Math.max(0, places.length - mostTried)
  for (let i = places.length - 1; i >= first && (best?.length ?? 0) < longEnough; i--) {
    const place = places[i]
    if (at - place > farthest) break
    let length = 0
    while (at + length < bytes.length - lastBytes && bytes[place + length] === bytes[at + length]) length++
    if (length >= least && length > (best?.length ?? 0)) best = { length, distance: at - place }
  }
  return best
}

/** Bytes as they are, and a repeat after them; the last ones have none. */
function sequence(out: number[], plain: Uint8Array, repeat?: Repeat): void {
  const beyond = repeat === undefined ? 0 : repeat.length - least
  out.push((Math.min(15, plain.length) << 4) | Math.min(15, beyond), ...rest(plain.length))
  for (const b of plain) out.push(b)
  if (repeat !== undefined) out.push(repeat.distance & 255, repeat.distance >> 8, ...rest(beyond))
}

/** What a length of 15 or more has beyond 15. */
function rest(length: number): number[] {
  const bytes = restBytes(length)
  return Array.from({ length: bytes }, (_, i) => (i < bytes - 1 ? 255 : (length - 15) % 255))
}

/** The number of bytes that `rest` gives. */
const restBytes = (length: number): number => (length < 15 ? 0 : 1 + Math.floor((length - 15) / 255))

// Hands out places in a memory: the first that are long enough.

export interface Place {
  readonly start: number
  readonly end: number
}

export interface Places {
  /** A place of so many bytes, which overlaps no other. */
  take(bytes: number): Place
  free(place: Place): void
  /** Where the last place ends. */
  readonly end: number
}

/** Places begin at the start of a line of the cache. */
const alignment = 64

export const aligned = (bytes: number): number => Math.ceil(bytes / alignment) * alignment

/** Places from an address on. */
export function createPlaces(from: number): Places {
  const taken: Place[] = []
  return {
    take: bytes => {
      let start = aligned(from)
      let at = 0
      for (; at < taken.length && taken[at].start < start + bytes; at++) start = aligned(taken[at].end)
      const place = { start, end: start + bytes }
      taken.splice(at, 0, place)
      return place
    },
    free: place => {
      taken.splice(taken.indexOf(place), 1)
    },
    get end() {
      return Math.max(from, ...taken.map(p => p.end))
    },
  }
}

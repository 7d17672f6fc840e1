// Hands out places in a memory: the first that are long enough.

export interface Place {
  readonly start: number
  readonly end: number
}

export interface Allocator {
  /** A place of so many bytes, which overlaps no other. Where the memory cannot grow for it, everything stays as it is. */
  allocate(bytes: number): Place
  free(place: Place): void
}

/** Places begin at the start of a line of the cache. */
const alignment = 64

export const aligned = (bytes: number): number => Math.ceil(bytes / alignment) * alignment

/** Places from an address on; `grow` makes the memory so many bytes long, or throws. */
export function createAllocator(from: number, grow: (bytes: number) => void): Allocator {
  const taken: Place[] = []
  return {
    allocate: bytes => {
      let start = aligned(from)
      let at = 0
      for (; at < taken.length && taken[at].start < start + bytes; at++) start = aligned(taken[at].end)
      const place = { start, end: start + bytes }
      grow(place.end)
      taken.splice(at, 0, place)
      return place
    },
    free: place => {
      const at = taken.indexOf(place)
      if (at < 0) throw new Error('a place is freed that is not taken')
      taken.splice(at, 1)
    },
  }
}

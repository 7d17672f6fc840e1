// Shares of threads: each has a piece of a dimension, neighbours side by side. The code reads where its piece begins and how long it is from
// the frame of the thread, so that one program serves any number of threads.
import { asNumber, type Dim, evaluate, format, type Sizes, symbol } from '../../ir/dim.ts'

/** A dimension that is shared out. */
export interface Share {
  readonly of: Dim
  /** Pieces begin at multiples of this. */
  readonly grain: number
  /** Size symbols, which have other values for each thread: where its piece begins, and its length. */
  readonly first: string
  readonly count: string
}

export interface Shares {
  readonly all: readonly Share[]
  /** The share of a dimension: equal ones are one, so that a thread always has the same piece of them. */
  of(dim: Dim): Share
}

/** Columns of products must begin at multiples of this, so that each is computed as it would be by one thread. */
const columnGrain = 8

/** From so many elements on pieces begin at whole vectors; below that they would differ too much in length. */
export const manyElements = 4 * columnGrain

export function createShares(): Shares {
  const all: Share[] = []
  const known = new Map<string, Share>()
  return {
    all,
    of: dim => {
      const found = known.get(format(dim))
      if (found !== undefined) return found
      const grain = (asNumber(dim) ?? 0) >= manyElements ? columnGrain : 1
      const share: Share = { of: dim, grain, first: `first$${all.length}`, count: `count$${all.length}` }
      all.push(share)
      known.set(format(dim), share)
      return share
    },
  }
}

export const firstOf = ({ first }: Share): Dim => symbol(first)
export const countOf = ({ count }: Share): Dim => symbol(count)

/** The sizes as one of so many threads has them, with those of its shares. */
export function sizesOfThread(shares: readonly Share[], sizes: Sizes, thread: number, threads: number): Sizes {
  const own = shares.flatMap(({ of, grain, first, count }) => {
    const size = evaluate(of, sizes)
    const start = (i: number): number =>
      i === threads ? size : Math.min(size, grain * Math.round((size * i) / threads / grain))
    return [
      [first, start(thread)],
      [count, start(thread + 1) - start(thread)],
    ]
  })
  return { ...sizes, ...Object.fromEntries(own) }
}

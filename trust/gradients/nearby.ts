// Places that rounding does not tell from a place: what jumps from one of them to another is no more right at one than at the other.
import type { Buffer } from '../../compiler/backend/backend.ts'
import { random, uniform } from '../../runtime/random.ts'

/** How many there are. */
const count = 16

/** How far they are at most, in units of the machine's epsilon: enough that all that is computed rounds another way. */
const reach = 32

/**
 * The arrays with each one of reals scaled by a number near 1. What is 0 or equal within an array stays so, and what ties on purpose, a
 * multiple of ½, stays what it is: only ties that rounding makes or breaks are broken or made.
 */
export const nearbyPlaces = (arrays: Readonly<Record<string, Buffer>>): readonly Readonly<Record<string, Buffer>>[] =>
  Array.from({ length: count }, (_, i) =>
    Object.fromEntries(
      Object.entries(arrays).map(([name, data]) => {
        const factor = 1 + Math.round(uniform(random(i, name), -reach, reach)) * Number.EPSILON
        return [name, data instanceof Float64Array ? data.map(x => (Number.isInteger(2 * x) ? x : x * factor)) : data]
      }),
    ),
  )

/** Twice as far as the furthest of the values at places nearby is from x: no gap up to that is an error. Of what is not finite nothing is known. */
export const jumpOf = (x: number, nearby: readonly number[]): number =>
  2 * nearby.reduce((most, other) => (Number.isFinite(other - x) ? Math.max(most, Math.abs(other - x)) : most), 0)

// Finds places that differ from a place by rounding alone.
// A value that jumps between two of them is no more right at one than at the other.
import type { Buffer } from '../../compiler/backend/backend.ts'
import { random, uniform } from '../../runtime/random.ts'

/** Number of places nearby. */
const count = 16

/** Largest distance, in units of the machine's epsilon: enough that every computation rounds another way. */
const reach = 32

/**
 * Scales each array of reals by a number near 1. Zeros and equal elements of an array stay so, and multiples of ½, which tie on purpose,
 * stay unchanged: only ties that rounding makes or breaks are broken or made.
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

/**
 * Twice the distance from x to the furthest of the values at places nearby: no gap up to that is an error. Differences that are not finite
 * are left out.
 */
export const jumpOf = (x: number, nearby: readonly number[]): number =>
  2 * nearby.reduce((most, other) => (Number.isFinite(other - x) ? Math.max(most, Math.abs(other - x)) : most), 0)

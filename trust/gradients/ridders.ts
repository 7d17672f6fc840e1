// Estimates a derivative and its error by differences: quotients at shrinking steps, extrapolated to step 0.

export interface Estimate {
  readonly value: number
  /** Likely error: the disagreement of the extrapolations, and the rounding error of a difference. */
  readonly error: number
}

const shrink = 2
const most = 10
/** Relative error that is small enough to stop at. */
const enough = 1e-10

/**
 * f'(0) by Ridders' method (1982; Press et al., Numerical Recipes, 5.7), from a first step h > 0. `value` is NaN, and `error`
 * infinite, where f is not finite. `rounding` is how far off a value of f may be, if that is more than its last place.
 */
export const ridders = (f: (h: number) => number, first: number, rounding = 0): Estimate =>
  extrapolate(h => [f(h), f(-h), 2 * h], first, 2, rounding)

/** The derivative to the right, or to the left where `first` is negative. */
export function oneSided(f: (h: number) => number, first: number): Estimate {
  const start = f(0)
  return extrapolate(h => [f(h), start, h], first, 1)
}

/** Two values of a function and the distance of their places. */
type Difference = readonly [right: number, left: number, distance: number]

/** Builds Neville's table for quotients whose error is a series in h^power, and takes its steadiest entry. */
function extrapolate(difference: (h: number) => Difference, first: number, power: number, rounding = 0): Estimate {
  let best: Estimate = { value: Number.NaN, error: Number.POSITIVE_INFINITY }
  let above: number[] = []
  for (let i = 0, h = first; i < most; i++, h /= shrink) {
    const [right, left, distance] = difference(h)
    const off = Math.max(4 * Number.EPSILON * Math.max(Math.abs(right), Math.abs(left)), 2 * rounding)
    const noise = off / Math.abs(distance)
    const row = [(right - left) / distance]
    for (let j = 1; j <= i; j++) {
      const factor = shrink ** (power * j)
      row.push((factor * row[j - 1] - above[j - 1]) / (factor - 1))
      const spread = Math.max(Math.abs(row[j] - row[j - 1]), Math.abs(row[j] - above[j - 1]))
      if (spread + noise <= best.error) best = { value: row[j], error: spread + noise }
    }
    if (best.error <= enough * Math.abs(best.value)) break
    if (i > 1 && Math.abs(row[i] - above[i - 1]) >= 2 * best.error) break
    above = row
  }
  return best
}

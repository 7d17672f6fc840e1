// Finds the greatest of many numbers. `Math.max(...all)` puts each on the stack, which holds some hundred thousand.

/** Gives the greatest of them, or `least` where none is greater; NaN where one is NaN, like `Math.max`. */
export function greatest(values: Iterable<number>, least = Number.NEGATIVE_INFINITY): number {
  let most = least
  for (const value of values) most = Math.max(most, value)
  return most
}

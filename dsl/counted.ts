// Words a number with its noun, and groups the digits of a large one.

/** Writes `1 element`, `2 elements`. */
export const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`

/** Writes a whole number with commas. `toLocaleString` first reads the tables of Unicode, so it is left to numbers that are not exact. */
export const withCommas = (n: number): string =>
  Number.isSafeInteger(n) ? String(n).replace(/\B(?=(\d{3})+$)/g, ',') : n.toLocaleString('en-US')

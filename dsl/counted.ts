// Words a number with its noun.

/** Writes `1 element`, `2 elements`. */
export const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`

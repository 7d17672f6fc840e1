// The name of a shortened axis in signatures: `T-1` is T without one of its elements.

/** Names an axis that lacks elements. */
export const shortenedName = (base: string, dropped: number): string => `${base}-${dropped}`

/** Splits the name of an axis into that of the whole axis and the number of elements that it lacks, 0 for the whole axis itself. */
export function splitName(name: string): { readonly base: string; readonly dropped: number } {
  // A name of the language has no `-`.
  const [base, dropped = '0'] = name.split('-')
  return { base, dropped: Number(dropped) }
}

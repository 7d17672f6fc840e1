// Steps from the values of a file to the numbers of a series: kept, so that predictions can be given back in the units of the file.
import { invertibleOf, type Step } from './scalingSteps.ts'
import type { Vocabulary } from './vocabulary.ts'

/** Steps in the order in which they were applied. */
export type Chain = readonly Step[]

export type Encoding =
  /** One chain for each component of the item. */
  | { readonly kind: 'numbers'; readonly chains: readonly Chain[] }
  /** A label is its index in this list. */
  | { readonly kind: 'classes'; readonly labels: readonly string[] }
  /** A token is its code in the vocabulary. */
  | Vocabulary

/** Makes the function that applies a chain to a number. */
export const applying = (chain: Chain): ((value: number) => number) => {
  const steps = chain.map(step => invertibleOf(step).apply)
  if (steps.length === 1) return steps[0]
  return value => steps.reduce((x, apply) => apply(x), value)
}

/** Makes the function that undoes a chain. */
export const undoing = (chain: Chain): ((value: number) => number) => {
  const steps = chain.map(step => invertibleOf(step).undo).reverse()
  return value => steps.reduce((y, undo) => undo(y), value)
}

/** Encoding of numbers that are as they were read, `width` to an item. */
export const asRead = (width: number): Encoding => ({
  kind: 'numbers',
  chains: Array.from({ length: width }, () => []),
})

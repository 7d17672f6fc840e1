// Reads the attributes of equations: Dims, numbers, and axes counted from the end.
import type { Dim } from '../dim.ts'
import type { Attr } from '../graph.ts'

export const isDim = (v: unknown): v is Dim => typeof v === 'object' && v !== null && 'terms' in v

/** Tells whether an attribute is a list of Dims. An empty list counts as one; it prints like an empty list of numbers. */
export const isDims = (v: Attr): v is readonly Dim[] => Array.isArray(v) && v.every(isDim)

/** The number that an attribute is; undefined for any other. */
export const numberOf = (attr: Attr | undefined): number | undefined => (typeof attr === 'number' ? attr : undefined)

/** The numbers of an attribute that is a list of them; none for any other. */
export const numbersOf = (attr: Attr): readonly number[] =>
  Array.isArray(attr) ? attr.filter(n => typeof n === 'number') : []

/** Converts a position counted from the end (-1 is the last) to one counted from the front. */
export function fromEnd(axis: number, rank: number): number {
  const position = rank + axis
  if (axis >= 0 || position < 0) throw new Error(`axis ${axis} is not in a value of rank ${rank}`)
  return position
}

export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message)
}

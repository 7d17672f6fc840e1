// Estimates the sizes of values for comparisons, before the size symbols have numbers.
import { type Dim, evaluate, symbolsOf } from './dim.ts'
import type { Type } from './graph.ts'

/** Stands for a size that is not known. */
const typical = 32

/** Counts the elements of a value if every unknown size is `typical`. */
export function elements({ shape }: Type): number {
  const number = (dim: Dim): number => evaluate(dim, Object.fromEntries(symbolsOf(dim).map(name => [name, typical])))
  return shape.reduce((n, d) => n * number(d), 1)
}

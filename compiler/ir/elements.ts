// How large values are beside each other, before their sizes are known.
import { type Dim, evaluate, symbolsOf } from './dim.ts'
import type { Type } from './graph.ts'

/** What a size that is not known counts as. */
const typical = 32

/** How many elements a value has, for comparisons: every size that is not known counts the same. */
export function elements({ shape }: Type): number {
  const number = (dim: Dim): number => evaluate(dim, Object.fromEntries(symbolsOf(dim).map(name => [name, typical])))
  return shape.reduce((n, d) => n * number(d), 1)
}

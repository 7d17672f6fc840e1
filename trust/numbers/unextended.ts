// The operations that are the same in every algebra of pairs: the other half stays as it is, or there is none.
import type { Algebra } from '../../compiler/ir/algebra.ts'
import type { Value } from '../../compiler/ir/graph.ts'
import type { Operations, Pair } from './extend.ts'

type Unextended = 'constant' | 'integer' | 'real' | 'floor' | 'lt' | 'le' | 'eq' | 'and' | 'or' | 'not' | Integral
type Integral = 'remainder' | 'imul' | 'xor' | 'shr'

/** Literals, steps, comparisons, logic and the arithmetic of ints: they are constant wherever they have a derivative, and exact. */
export const unextended = (a: Algebra<Value>): Operations<Unextended> => ({
  constant: v => ({ value: a.constant(v) }),
  integer: v => ({ value: a.integer(v) }),
  real: x => ({ ...x, value: a.real(x.value) }),
  floor: ofValues(a.floor),
  lt: ofValues(a.lt),
  le: ofValues(a.le),
  eq: ofValues(a.eq),
  and: ofValues(a.and),
  or: ofValues(a.or),
  not: ofValues(a.not),
  remainder: ofValues(a.remainder),
  imul: ofValues(a.imul),
  xor: ofValues(a.xor),
  shr: ofValues(a.shr),
})

/** Operates on the values alone; the result has no other half. */
export const ofValues =
  (operate: (...args: Value[]) => Value) =>
  (...args: Pair[]): Pair => ({ value: operate(...args.map(p => p.value)) })

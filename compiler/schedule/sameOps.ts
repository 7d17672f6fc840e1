// The operations of the scalar algebra that are one operation of the loop language, of numbers as of the lanes of vectors.
import { apply } from '../code/build.ts'
import type { Expr } from '../code/code.ts'
import type { Operation } from '../ir/algebra.ts'

const same = {
  add: 'add',
  sub: 'sub',
  mul: 'mul',
  div: 'div',
  sqrt: 'sqrt',
  floor: 'floor',
  and: 'and',
  or: 'or',
  imul: 'mul',
  xor: 'xor',
} as const

const isSame = (name: Operation): name is keyof typeof same => Object.hasOwn(same, name)

/** Applies an operation; undefined for those that numbers and vectors do each in their way. */
export const sameOp = (name: Operation, args: readonly Expr[]): Expr | undefined =>
  isSame(name) ? apply(same[name], args) : undefined

// Computes a pointwise op over any algebra: of numbers, of types, of the texts that a backend prints.
import type { Algebra } from '../algebra.ts'
import { ops } from './index.ts'
import type { OpName } from './schemas.ts'

/** Applies the formula of a pointwise op; throws a plain Error for another op. */
export function applyFormula<S>(op: OpName, algebra: Algebra<S>, args: readonly S[]): S {
  const formula = ops.get(op)?.formula
  if (formula === undefined) throw new Error(`${op} is not pointwise`)
  return formula(algebra, args)
}

// The operations of the scalar algebra on the lanes of vectors: reals, ints in four lanes, of which two count beside doubles, and masks.
import { apply, div, known, mul } from '../code/build.ts'
import type { Expr } from '../code/code.ts'
import type { Operation } from '../ir/algebra.ts'
import type { DType } from '../ir/graph.ts'
import type { FormulaWriter } from './formulas/formula.ts'
import { sameOp } from './sameOps.ts'
import type { Lanes } from './target.ts'

/** Operations for which there are instructions of vectors, or formulas. */
export const hasVectors = (name: Operation): boolean => name !== 'remainder'

/** An operation on vectors of the types that the operands have in the plan; undefined for those that need a function. */
export function vectorOp(
  name: Operation,
  types: readonly DType[],
  args: readonly Expr[],
  lanes: Lanes,
  writer: FormulaWriter,
): Expr | undefined {
  const [a, b, c] = args
  const [first, second] = types
  switch (name) {
    case 'max':
    case 'min':
      return apply(name, args)
    case 'real':
      return toReal(first, a, lanes, writer)
    case 'strong_mul':
    case 'strong_div': {
      const isZero = apply('eq', [a, writer.constant(lanes.real, 0)])
      const value = apply('bits', [name === 'strong_mul' ? mul(a, b) : div(a, b)])
      return apply('real', [apply('andnot', [value, isZero])])
    }
    case 'neg':
      return first === 'int' ? apply('sub', [writer.constant('i32x4', 0), a]) : apply('neg', [a])
    case 'lt':
    case 'le':
    case 'eq': {
      const mask = apply(name, [a, b])
      return first === 'int' ? asMask(mask, lanes) : mask
    }
    case 'not':
      return apply('xor', [a, ones(lanes, writer)])
    case 'where':
      return apply('choose', [b, c, second === 'int' ? intMask(a) : a])
    case 'shr':
      return shifted(a, b)
    case 'stop_gradient':
      return a
    default:
      return sameOp(name, args)
  }
}

/** A shift is by the same number in each lane. */
function shifted(a: Expr, by: Expr): Expr {
  const count = by.kind === 'apply' && by.op === 'splat' ? by.args[0] : by.type === 'i32' ? by : undefined
  if (count === undefined || known(count) === undefined) throw new Error('lanes are shifted by a known number alone')
  return apply('shr', [a, count])
}

const ones = ({ bool }: Lanes, writer: FormulaWriter): Expr => writer.constant(bool, bool === 'i64x2' ? -1n : -1)

function toReal(dtype: DType, a: Expr, lanes: Lanes, writer: FormulaWriter): Expr {
  if (dtype === 'real') return a
  if (dtype === 'int') return apply(lanes.real === 'f32x4' ? 'toF32' : 'toF64', [a])
  return apply('real', [apply('and', [a, apply('bits', [writer.constant(lanes.real, 1)])])])
}

/** A mask of ints as one of bools. */
export const asMask = (mask: Expr, { bool }: Lanes): Expr => (bool === 'i64x2' ? apply('widen', [mask]) : mask)

/** A mask of bools as one of ints. */
export const intMask = (mask: Expr): Expr => (mask.type === 'i64x2' ? apply('narrow', [mask]) : mask)

// The operations of the scalar algebra on numbers.
import { apply, constant, div, int, mul, select, sub } from '../code/build.ts'
import type { Expr } from '../code/code.ts'
import type { Precision } from '../code/types.ts'
import type { Operation } from '../ir/algebra.ts'
import { sameOp } from './sameOps.ts'

/** An operation on numbers that needs no function; undefined for those that do. */
export function scalarOp(name: Operation, args: readonly Expr[], real: Precision): Expr | undefined {
  const [a, b, c] = args
  const isInt = a.type === 'i32'
  switch (name) {
    case 'lt':
    case 'le':
    case 'eq':
    case 'shr':
      return apply(name, args)
    case 'real':
      return isInt ? apply(real === 'f32' ? 'toF32' : 'toF64', [a]) : a
    case 'strong_mul':
      return strong(a, mul(a, b))
    case 'strong_div':
      return strong(a, div(a, b))
    case 'neg':
      return isInt ? sub(int(0), a) : apply('neg', [a])
    case 'max':
      return isInt ? select(a, b, apply('lt', [b, a])) : apply('max', [a, b])
    case 'min':
      return isInt ? select(a, b, apply('lt', [a, b])) : apply('min', [a, b])
    case 'not':
      return apply('eq', [a, int(0)])
    case 'where':
      return select(b, c, a)
    case 'remainder':
      return remainder(a, b)
    case 'stop_gradient':
      return a
    default:
      return sameOp(name, args)
  }
}

const strong = (a: Expr, value: Expr): Expr => {
  const zero = constant(a.type, 0)
  return select(zero, value, apply('eq', [a, zero]))
}

/** a - b · floor(a / b), which doubles give exactly: the quotient of -2^31 and -1 is no whole number of 32 bits. 0 where b is 0. */
function remainder(a: Expr, b: Expr): Expr {
  const [x, y] = [a, b].map(v => apply('toF64', [v]))
  const rest = apply('toI32', [sub(x, mul(y, apply('floor', [div(x, y)])))])
  return select(int(0), rest, apply('eq', [b, int(0)]))
}

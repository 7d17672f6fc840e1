// The scalar algebra over gpu.js source. Infinity and NaN are kernel arguments, as GPU languages have no literals for them.
import { type Algebra, algebraBy } from '../../ir/algebra.ts'
import { ops } from '../../ir/ops/index.ts'
import type { PlainOp } from '../../ir/ops/schemas.ts'
import { call, common, type Expression, leaf, literal, remainderBy, truth } from '../expression.ts'

/** The values of the arguments for infinity and NaN, in kernels that use them. */
export const specials: Readonly<Record<string, number>> = { infinity: Number.POSITIVE_INFINITY, nan: Number.NaN }

const infinity = leaf('infinity')
const nan = leaf('nan')

/** Calls a function of kernelHelpers.ts, with `more` after its own arguments. */
const helper =
  (name: string, ...more: readonly Expression[]) =>
  (...args: readonly Expression[]): Expression =>
    call(name)(...args, ...more)

const hashes = (): never => {
  throw new Error('hashes are not computed on a GPU')
}

export const kernelAlgebra: Algebra<Expression> = {
  ...common,
  constant: value => {
    if (Number.isNaN(value)) return nan
    if (Number.isFinite(Math.fround(value))) return leaf(literal(value))
    return value > 0 ? infinity : leaf('(0 - infinity)')
  },
  integer: value => leaf(literal(value)),
  exp: helper('exponential', infinity),
  log: helper('logarithm', infinity, nan),
  log1p: helper('logarithm1p', infinity, nan),
  expm1: helper('exponentialLessOne', infinity),
  tanh: helper('hyperbolicTangent'),
  sqrt: helper('root', nan),
  sin: helper('circular', leaf('0')),
  cos: helper('circular', leaf('1')),
  floor: helper('wholePart'),
  pow: helper('power', infinity, nan),
  max: helper('larger'),
  min: helper('smaller'),
  and: truth((x, y) => `${x} !== 0 && ${y} !== 0`),
  or: truth((x, y) => `${x} !== 0 || ${y} !== 0`),
  not: (...args) => ({ text: ([x]) => `(${x} === 0 ? 1 : 0)`, args }),
  where: (...args) => ({ text: ([test, x, y]) => `(${test} !== 0 ? ${x} : ${y})`, args }),
  remainder: remainderBy(helper('wholePart')),
  imul: hashes,
  xor: hashes,
  shr: hashes,
}

/** Tells of each value of a formula whether it is computed from a hash. */
const hashing: Algebra<boolean> = algebraBy<boolean>(
  { constant: () => false, integer: () => false },
  name =>
    (...args) =>
      kernelAlgebra[name] === hashes || args.some(a => a),
)

/** Tells whether a pointwise op computes with hashes, which no GPU can. */
export const isHashing = (op: PlainOp): boolean =>
  ops.get(op)?.formula?.(
    hashing,
    Array.from({ length: mostOperands }, () => false),
  ) === true

/** Most operands of a pointwise op. */
const mostOperands = 3

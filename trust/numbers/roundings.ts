// Running error analysis: beside each value a bound on its rounding error.
// It is of first order except for products, and in units of the machine's epsilon (Wilkinson 1965; Higham, Accuracy and Stability, 3.3). It
// grows with the magnitude of the terms that are summed, against which a mathematically zero gradient has to be measured.
import type { Algebra } from '../../compiler/ir/algebra.ts'
import { graphAlgebra, zerosLike } from '../../compiler/ir/builder.ts'
import type { Value } from '../../compiler/ir/graph.ts'
import type { Numbers, Operations, Pair } from './extend.ts'
import { unextended } from './unextended.ts'

export const roundings: Numbers = {
  name: 'rounding',
  none: zerosLike,
  apply: ({ builder: b, op, args, emit, beside, algebra }) => {
    const values = args.map(p => p.value)
    // Ints and bools are exact, and so is a real that is made of them.
    if (values.every(v => v.dtype !== 'real')) return { value: emit(values) }
    const sizes = values.map(v => (v.dtype === 'real' ? sizeOf(graphAlgebra(b, v), v) : v))
    const errors = args.map((_, i) => beside(i))
    if (op.formula !== undefined) {
      const { value, beside: error } = op.formula(roundingAlgebra(algebra), args)
      return value.dtype === 'real' ? { value, beside: error ?? zerosLike(b, value) } : { value }
    }
    const value = emit(values)
    if (value.dtype !== 'real') return { value }
    // Counts the terms' own sizes as errors of the sum: each addition may lose an epsilon of the sum so far.
    if (op.linear === 'together') {
      const terms = errors.map((e, i) => (values[i].dtype === 'real' ? b.emit('add', [e, sizes[i]]) : e))
      return { value, beside: emit(terms) }
    }
    if (op.linear === 'each') {
      const terms = errors.map((e, i) => emit(sizes.with(i, e)))
      return { value, beside: [emit(sizes), ...terms].reduce((x, y) => algebra.add(x, y)) }
    }
    return undefined
  },
}

/** |v|; an infinite value is exact, and counts as 0. */
function sizeOf(a: Algebra<Value>, v: Value): Value {
  const size = a.max(v, a.neg(v))
  return a.where(a.lt(size, a.constant(Number.POSITIVE_INFINITY)), size, a.constant(0))
}

function roundingAlgebra(a: Algebra<Value>): Algebra<Pair> {
  const { zero, one, error, rounded } = boundsIn(a)
  const worse = (value: Value, x: Pair, y: Pair): Pair => ({ value, beside: a.max(error(x), error(y)) })
  /** Adds the product of both errors: where both values are 0 except for rounding, as in a square, there is no other error. */
  const product = (result: Value, x: Pair, y: Pair): Pair => {
    const { value, beside } = rounded(result, [x, y.value], [y, x.value])
    const both = a.mul(a.strong_mul(error(x), error(y)), a.constant(Number.EPSILON))
    return { value, beside: beside && a.add(beside, both) }
  }
  const ratio = (result: Value, x: Pair, y: Pair): Pair =>
    rounded(result, [x, a.div(one(), y.value)], [y, a.div(result, y.value)])
  return {
    ...unextended(a),
    ...functions(a),
    add: (x, y) => rounded(a.add(x.value, y.value), [x, one()], [y, one()]),
    sub: (x, y) => rounded(a.sub(x.value, y.value), [x, one()], [y, one()]),
    mul: (x, y) => product(a.mul(x.value, y.value), x, y),
    div: (x, y) => ratio(a.div(x.value, y.value), x, y),
    strong_mul: (x, y) => product(a.strong_mul(x.value, y.value), x, y),
    strong_div: (x, y) => ratio(a.strong_div(x.value, y.value), x, y),
    neg: x => ({ value: a.neg(x.value), beside: error(x) }),
    pow: (x, y) => {
      const power = a.pow(x.value, y.value)
      const nothing = a.eq(x.value, zero())
      const slope = a.where(nothing, zero(), a.div(a.mul(y.value, power), x.value))
      const positive = a.lt(zero(), x.value)
      return rounded(power, [x, slope], [y, a.where(positive, a.mul(power, a.log(x.value)), zero())])
    },
    max: (x, y) => worse(a.max(x.value, y.value), x, y),
    min: (x, y) => worse(a.min(x.value, y.value), x, y),
    where: (test, x, y) => ({
      value: a.where(test.value, x.value, y.value),
      beside: a.where(test.value, error(x), error(y)),
    }),
    stop_gradient: x => ({ value: a.stop_gradient(x.value), beside: error(x) }),
  }
}

/** The functions of one number. */
function functions(a: Algebra<Value>): Operations<'exp' | 'log' | 'log1p' | 'expm1' | 'tanh' | 'sqrt' | 'sin' | 'cos'> {
  const { zero, one, rounded } = boundsIn(a)
  return {
    exp: x => {
      const y = a.exp(x.value)
      return rounded(y, [x, y])
    },
    log: x => rounded(a.log(x.value), [x, a.div(one(), x.value)]),
    log1p: x => rounded(a.log1p(x.value), [x, a.div(one(), a.add(one(), x.value))]),
    expm1: x => rounded(a.expm1(x.value), [x, a.exp(x.value)]),
    tanh: x => {
      const y = a.tanh(x.value)
      return rounded(y, [x, a.sub(one(), a.mul(y, y))])
    },
    sqrt: x => {
      const y = a.sqrt(x.value)
      return rounded(y, [x, a.where(a.eq(y, zero()), zero(), a.div(one(), y))])
    },
    sin: x => rounded(a.sin(x.value), [x, one()]),
    cos: x => rounded(a.cos(x.value), [x, one()]),
  }
}

/** The bounds of operands, and that of a result. */
interface Bounds {
  readonly zero: () => Value
  readonly one: () => Value
  readonly error: (x: Pair) => Value
  /**
   * Adds up the operands' errors, each times the slope towards it, and the rounding of the result. A slope of 0 adds nothing, however large
   * the error.
   */
  readonly rounded: (value: Value, ...terms: readonly [Pair, Value][]) => Pair
}

function boundsIn(a: Algebra<Value>): Bounds {
  const zero = (): Value => a.constant(0)
  const error = ({ beside }: Pair): Value => beside ?? zero()
  return {
    zero,
    one: () => a.constant(1),
    error,
    rounded: (value, ...terms) => ({
      value,
      beside: terms
        .map(([x, slope]) => a.strong_mul(sizeOf(a, slope), error(x)))
        .reduce((x, y) => a.add(x, y), sizeOf(a, value)),
    }),
  }
}

// Dual numbers, that is forward mode: beside each value its derivative along one direction of the inputs.
// It follows from the ops' formulas and not from their cotangent rules, so that each can be held against the other. Griewank & Walther,
// Evaluating Derivatives, ch. 3.1.
import type { Algebra } from '../../compiler/ir/algebra.ts'
import { zerosLike } from '../../compiler/ir/builder.ts'
import type { Value } from '../../compiler/ir/graph.ts'
import { firstOrder, type Numbers, numbersBy, type Operations, type Pair } from './extend.ts'
import { ofValues, unextended } from './unextended.ts'

export const tangents: Numbers = numbersBy({ name: 'tangent', none: zerosLike, algebra: dualAlgebra, ...firstOrder })

/** Each operation with the chain rule. */
function dualAlgebra(a: Algebra<Value>): Algebra<Pair> {
  return {
    ...unextended(a),
    ...arithmetic(a),
    ...functions(a),
    ...choices(a),
    stop_gradient: ofValues(a.stop_gradient),
  }
}

function arithmetic(
  a: Algebra<Value>,
): Operations<'add' | 'sub' | 'mul' | 'div' | 'strong_mul' | 'strong_div' | 'neg'> {
  const { zero, one, chain, inverse } = calculus(a)
  /** Gives y the tangent 0 where x is 0: a strong zero does not depend on its other factor. */
  const unlessZero = (x: Pair, y: Pair): Pair =>
    y.beside ? { value: y.value, beside: a.where(a.eq(x.value, zero()), zero(), y.beside) } : y
  return {
    add: (x, y) => chain(a.add(x.value, y.value), [x, one], [y, one]),
    sub: (x, y) => chain(a.sub(x.value, y.value), [x, one], [y, () => a.constant(-1)]),
    mul: (x, y) => chain(a.mul(x.value, y.value), [x, () => y.value], [y, () => x.value]),
    div: (x, y) => {
      const quotient = a.div(x.value, y.value)
      return chain(quotient, [x, () => inverse(y)], [y, () => a.neg(a.div(quotient, y.value))])
    },
    strong_mul: (x, y) => chain(a.strong_mul(x.value, y.value), [x, () => y.value], [unlessZero(x, y), () => x.value]),
    strong_div: (x, y) => {
      const quotient = a.strong_div(x.value, y.value)
      return chain(quotient, [x, () => inverse(y)], [unlessZero(x, y), () => a.neg(a.div(quotient, y.value))])
    },
    neg: x => chain(a.neg(x.value), [x, () => a.constant(-1)]),
  }
}

/** √ is flat at 0. */
function functions(
  a: Algebra<Value>,
): Operations<'exp' | 'log' | 'log1p' | 'expm1' | 'tanh' | 'sqrt' | 'sin' | 'cos' | 'pow'> {
  const { zero, one, chain, inverse } = calculus(a)
  return {
    exp: x => {
      const y = a.exp(x.value)
      return chain(y, [x, () => y])
    },
    log: x => chain(a.log(x.value), [x, () => inverse(x)]),
    log1p: x => chain(a.log1p(x.value), [x, () => a.div(one(), a.add(one(), x.value))]),
    expm1: x => chain(a.expm1(x.value), [x, () => a.exp(x.value)]),
    tanh: x => {
      const y = a.tanh(x.value)
      return chain(y, [x, () => a.mul(a.sub(one(), y), a.add(one(), y))])
    },
    sqrt: x => {
      const y = a.sqrt(x.value)
      return chain(y, [x, () => a.where(a.eq(y, zero()), zero(), a.div(one(), a.add(y, y)))])
    },
    sin: x => chain(a.sin(x.value), [x, () => a.cos(x.value)]),
    cos: x => chain(a.cos(x.value), [x, () => a.neg(a.sin(x.value))]),
    pow: (x, y) => {
      const power = a.pow(x.value, y.value)
      const less = (): Value => a.pow(x.value, a.sub(y.value, one()))
      return chain(
        power,
        [x, () => a.where(a.eq(y.value, zero()), zero(), a.mul(y.value, less()))],
        [y, () => a.where(a.lt(zero(), x.value), a.mul(power, a.log(x.value)), zero())],
      )
    },
  }
}

/** At a tie `max` and `min` follow their first operand. */
function choices(a: Algebra<Value>): Operations<'max' | 'min' | 'where'> {
  const { zero } = calculus(a)
  const select = (test: Value, x: Pair, y: Pair, value: Value): Pair =>
    x.beside || y.beside ? { value, beside: a.where(test, x.beside ?? zero(), y.beside ?? zero()) } : { value }
  return {
    max: (x, y) => select(a.le(y.value, x.value), x, y, a.max(x.value, y.value)),
    min: (x, y) => select(a.le(x.value, y.value), x, y, a.min(x.value, y.value)),
    where: (test, x, y) => select(test.value, x, y, a.where(test.value, x.value, y.value)),
  }
}

/** The chain rule on values of one algebra, and the numbers that it takes. */
interface Calculus {
  readonly zero: () => Value
  readonly one: () => Value
  readonly inverse: (x: Pair) => Value
  /**
   * Sums factor · tangent over the operands that have one. A tangent of 0 is a strong zero (0 · ∞ = 0), as a cotangent is; so is a factor
   * of 0, since a cotangent becomes 0 there on its way back.
   */
  readonly chain: (value: Value, ...terms: readonly [Pair, () => Value][]) => Pair
}

function calculus(a: Algebra<Value>): Calculus {
  const zero = (): Value => a.constant(0)
  const one = (): Value => a.constant(1)
  const slopeTimes = (slope: Value, tangent: Value): Value =>
    a.where(a.eq(slope, zero()), zero(), a.strong_mul(tangent, slope))
  return {
    zero,
    one,
    inverse: x => a.div(one(), x.value),
    chain: (value, ...terms) => {
      const products = terms.flatMap(([{ beside }, factor]) => (beside ? [slopeTimes(factor(), beside)] : []))
      return { value, ...(products.length > 0 && { beside: products.reduce((x, y) => a.add(x, y)) }) }
    },
  }
}

// Complex numbers: the complex-step derivative Im f(x + ih) / h, without a difference and so without cancellation.
// Squire & Trapp 1998. Imaginary parts are meant to be tiny, h = 1e-20 say: their squares vanish beside 1, and an angle is its tangent.
import type { Algebra } from '../../compiler/ir/algebra.ts'
import { zerosLike } from '../../compiler/ir/builder.ts'
import type { Value } from '../../compiler/ir/graph.ts'
import { firstOrder, type Numbers, numbersBy, type Operations, type Pair } from './extend.ts'
import { ofValues, unextended } from './unextended.ts'

export const imaginary: Numbers = numbersBy({
  name: 'imaginary',
  none: zerosLike,
  algebra: complexAlgebra,
  ...firstOrder,
})

/** Comparisons see real parts; the logarithm and the powers are those of a positive real part. */
function complexAlgebra(a: Algebra<Value>): Algebra<Pair> {
  const { zero, one, half, im } = partsIn(a)
  const { mul, div, ...arithmetic } = complexArithmetic(a)
  const exp = (x: Pair): Pair => {
    const size = a.exp(x.value)
    return complex(a.mul(size, a.cos(im(x))), a.mul(size, a.sin(im(x))))
  }
  const log = (x: Pair): Pair => complex(a.log(x.value), a.div(im(x), x.value))
  const select = (test: Value, x: Pair, y: Pair): Pair =>
    complex(a.where(test, x.value, y.value), a.where(test, im(x), im(y)))
  const isZero = (x: Pair): Value => a.and(a.eq(x.value, zero()), a.eq(im(x), zero()))
  return {
    ...unextended(a),
    ...arithmetic,
    ...circular(a),
    mul,
    div,
    strong_mul: (x, y) => select(isZero(x), { value: zero() }, mul(x, y)),
    strong_div: (x, y) => select(isZero(x), { value: zero() }, div(x, y)),
    exp,
    log,
    log1p: x => complex(a.log1p(x.value), a.div(im(x), a.add(one(), x.value))),
    expm1: x => complex(a.expm1(x.value), a.mul(a.exp(x.value), a.sin(im(x)))),
    sqrt: x => {
      const root = a.sqrt(x.value)
      return complex(root, a.where(a.eq(root, zero()), zero(), a.div(a.mul(half(), im(x)), root)))
    },
    pow: (x, y) => exp(mul(y, log(x))),
    max: (x, y) => select(a.le(y.value, x.value), x, y),
    min: (x, y) => select(a.le(x.value, y.value), x, y),
    where: (test, x, y) => select(test.value, x, y),
    stop_gradient: ofValues(a.stop_gradient),
  }
}

function complexArithmetic(a: Algebra<Value>): Operations<'add' | 'sub' | 'neg' | 'mul' | 'div'> {
  const { im } = partsIn(a)
  const mul = (x: Pair, y: Pair): Pair =>
    complex(a.sub(a.mul(x.value, y.value), a.mul(im(x), im(y))), a.add(a.mul(x.value, im(y)), a.mul(im(x), y.value)))
  return {
    add: (x, y) => complex(a.add(x.value, y.value), a.add(im(x), im(y))),
    sub: (x, y) => complex(a.sub(x.value, y.value), a.sub(im(x), im(y))),
    neg: x => complex(a.neg(x.value), a.neg(im(x))),
    mul,
    div: (x, y) => {
      const size = a.add(a.mul(y.value, y.value), a.mul(im(y), im(y)))
      const product = mul(x, complex(y.value, a.neg(im(y))))
      return complex(a.div(product.value, size), a.div(im(product), size))
    },
  }
}

/** By the addition theorems: sin(x + iy) = sin x cosh y + i cos x sinh y, and so on. */
function circular(a: Algebra<Value>): Operations<'tanh' | 'sin' | 'cos'> {
  const { one, im } = partsIn(a)
  const { div } = complexArithmetic(a)
  /** tanh of an imaginary part, without its factor i. */
  const tan = (x: Pair): Value => a.div(a.sin(im(x)), a.cos(im(x)))
  /** sinh and cosh of a tiny imaginary part, without a difference of exponentials. */
  const hyperbolic = (x: Pair): { sinh: Value; cosh: Value } => {
    const t = a.tanh(im(x))
    const cosh = a.div(one(), a.sqrt(a.sub(one(), a.mul(t, t))))
    return { sinh: a.mul(t, cosh), cosh }
  }
  return {
    tanh: x => {
      const t = a.tanh(x.value)
      return div(complex(t, tan(x)), complex(one(), a.mul(t, tan(x))))
    },
    sin: x => {
      const { sinh, cosh } = hyperbolic(x)
      return complex(a.mul(a.sin(x.value), cosh), a.mul(a.cos(x.value), sinh))
    },
    cos: x => {
      const { sinh, cosh } = hyperbolic(x)
      return complex(a.mul(a.cos(x.value), cosh), a.neg(a.mul(a.sin(x.value), sinh)))
    },
  }
}

const complex = (value: Value, beside: Value): Pair => ({ value, beside })

/** Constants of an algebra, and the imaginary part of a number. */
const partsIn = (a: Algebra<Value>) => ({
  zero: (): Value => a.constant(0),
  one: (): Value => a.constant(1),
  half: (): Value => a.constant(0.5),
  im: ({ beside }: Pair): Value => beside ?? a.constant(0),
})

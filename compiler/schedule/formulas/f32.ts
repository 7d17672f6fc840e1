// exp and tanh of four floats: a polynomial of degree 6 after the powers of two are split off.
import { apply, int } from '../../code/build.ts'
import type { Expr } from '../../code/code.ts'
import { type Arithmetic, arithmetic, type FormulaWriter } from './formula.ts'

/** x = n · ln 2 + r with |r| ≤ ln 2 / 2: e^r - 1, and 2^n. */
interface Split {
  readonly rest: Expr
  /** n in the place of a float's exponent. */
  readonly exponent: Expr
}

/** 1.5 · 2^23: a number below 2^22 that is added to it is rounded to a whole one, which stands in the low bits. */
const magic = 12582912

/** ln 2 in two parts; the products of the first with n are exact. */
const high = 0.693359375
const low = -0.00021219444005469057

/** (e^r - 1 - r) / r² at the Chebyshev nodes of |r| ≤ ln 2 / 2: within 0.2 units in the last place of e^r. */
const coefficients = [0.5, 0.1666657684599398, 0.04166655443768796, 0.008363202971575697, 0.001392621346613569]

function split(writer: FormulaWriter, m: Arithmetic, x: Expr): Split {
  const z = m.madd(x, m.c(Math.LOG2E), m.c(magic))
  const n = m.sub(z, m.c(magic))
  const r = m.madd(n, m.c(-low), m.madd(n, m.c(-high), x))
  const rest = m.madd(m.mul(r, r), m.polynomial(r, coefficients), r)
  const exponent = writer.name(apply('shl', [apply('bits', [z]), int(23)]))
  return { rest, exponent }
}

/** e^x as 2^(n-1) · 2e^r: infinite from 128 ln 2 on, and 0 below 2^-125.5, where 2^(n-1) is no normal number. */
export function exp32(writer: FormulaWriter, x: Expr): Expr {
  const m = arithmetic(writer, 'f32x4')
  // NaN is neither above nor below.
  const { rest, exponent } = split(writer, m, m.pmin(m.pmax(x, m.c(-87.6)), m.c(89)))
  const half = writer.constant('i32x4', 0x3f000000)
  const scale = writer.name(apply('real', [apply('add', [exponent, half])]))
  return m.mul(m.madd(rest, m.c(2), m.c(2)), scale)
}

/** tanh |x| = |t / (2 + t)| of t = e^(-2|x|) - 1: no cancellation near 0, and exactly 1 where it is 1 to the last bit. */
export function tanh32(writer: FormulaWriter, x: Expr): Expr {
  const m = arithmetic(writer, 'f32x4')
  const y = m.mul(m.abs(x), m.c(-2))
  // What is below counts as -40; NaN is not below.
  const { rest, exponent } = split(writer, m, m.pmax(y, m.c(-40)))
  const one = writer.constant('i32x4', 0x3f800000)
  const scale = writer.name(apply('real', [apply('add', [exponent, one])]))
  const t = m.madd(scale, rest, m.sub(scale, m.c(1)))
  return m.signed(m.abs(m.div(t, m.add(t, m.c(2)))), x)
}

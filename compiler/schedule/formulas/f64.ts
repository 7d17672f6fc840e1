// exp, expm1, log, log1p, tanh, sin, cos and pow of two doubles, after FreeBSD's msun (Sun Microsystems 1993): within about a unit in the last
// place. Floats that have no formula of their own take these as well.
import { apply, int } from '../../code/build.ts'
import type { Expr } from '../../code/code.ts'
import { type Arithmetic, arithmetic, type FormulaWriter } from './formula.ts'
import { reducedAngle } from './largeAngles.ts'

const real = (bits: Expr): Expr => apply('real', [bits])
const bitsOf = (x: Expr): Expr => apply('bits', [x])
const shiftLeft = (x: Expr, by: number): Expr => apply('shl', [x, int(by)])
const shiftRight = (x: Expr, by: number): Expr => apply('shr', [x, int(by)])

/** 1.5 · 2^52, to which a whole number is added exactly, in the low bits. */
const magic = 6755399441055744

const ln2High = 0.6931471803691238
const ln2Low = 1.9082149292705877e-10

interface Split {
  /** e^r - 1 where x = n · ln 2 + r. */
  readonly rest: Expr
  /** n in the place of a double's exponent. */
  readonly exponent: Expr
}

function split(writer: FormulaWriter, m: Arithmetic, x: Expr): Split {
  const z = m.add(m.mul(x, m.c(Math.LOG2E)), m.c(magic))
  const n = m.sub(z, m.c(magic))
  const hi = m.sub(x, m.mul(n, m.c(ln2High)))
  const lo = m.mul(n, m.c(ln2Low))
  const r = m.sub(hi, lo)
  const t = m.mul(r, r)
  const p = m.polynomial(
    t,
    [0.16666666666666602, -0.0027777777777015593, 6.613756321437934e-5, -1.6533902205465252e-6, 4.1381367970572385e-8],
  )
  const c = m.sub(r, m.mul(t, p))
  const quotient = m.div(m.mul(r, c), m.sub(m.c(2), c))
  return { rest: m.sub(hi, m.sub(lo, quotient)), exponent: writer.name(shiftLeft(bitsOf(z), 52)) }
}

/** e^x: infinite from 1024 ln 2 on, 0 below the smallest normal number. */
export function exp64(writer: FormulaWriter, x: Expr): Expr {
  const m = arithmetic(writer, 'f64x2')
  const { rest, exponent } = split(writer, m, x)
  const bits = apply('add', [bitsOf(m.add(rest, m.c(1))), exponent])
  const power = writer.name(real(apply('andnot', [bits, m.lt(x, m.c(-708.3964185322641))])))
  return m.choose(power, m.mul(x, m.c(Number.POSITIVE_INFINITY)), m.le(x, m.c(709.782712893384)))
}

/** e^x - 1; of -0 it is -0. */
export function expm164(writer: FormulaWriter, x: Expr): Expr {
  const m = arithmetic(writer, 'f64x2')
  const { rest, exponent } = split(writer, m, m.choose(m.c(-80), x, m.lt(x, m.c(-80))))
  const scale = writer.name(real(apply('add', [exponent, writer.constant('i64x2', 0x3ff0000000000000n)])))
  const near = m.add(m.mul(scale, rest), m.sub(scale, m.c(1)))
  // From 40 on the 1 is less than half a unit in the last place.
  const found = m.choose(near, exp64(writer, x), m.lt(x, m.c(40)))
  return m.choose(x, found, m.eq(x, m.c(0)))
}

/** The logarithm: NaN below 0, -infinity at 0. */
export function log64(writer: FormulaWriter, x: Expr): Expr {
  const m = arithmetic(writer, 'f64x2')
  const small = m.lt(x, m.c(2 ** -1022))
  const scaled = m.choose(m.mul(x, m.c(2 ** 54)), x, small)
  const bits = writer.name(bitsOf(scaled))
  const two52 = writer.constant('i64x2', 0x4330000000000000n)
  const biased = m.sub(writer.name(real(apply('or', [shiftRight(bits, 52), two52]))), m.c(2 ** 52))
  const one = writer.constant('i64x2', 0x3ff0000000000000n)
  const inside = apply('or', [apply('and', [bits, writer.constant('i64x2', 0x000fffffffffffffn)]), one])
  const mantissa = writer.name(real(inside))
  const upper = m.lt(m.c(Math.SQRT2), mantissa)
  const f = m.sub(m.choose(m.mul(mantissa, m.c(0.5)), mantissa, upper), m.c(1))
  const offset = m.choose(m.c(1023 + 54), m.c(1023), small)
  const k = m.sub(m.choose(m.add(biased, m.c(1)), biased, upper), offset)
  const s = m.div(f, m.add(f, m.c(2)))
  const z = m.mul(s, s)
  const r = m.mul(
    z,
    m.polynomial(
      z,
      [
        0.6666666666666735, 0.3999999999940942, 0.2857142874366239, 0.22222198432149784, 0.1818357216161805,
        0.15313837699209373, 0.14798198605116586,
      ],
    ),
  )
  const half = m.mul(m.c(0.5), m.mul(f, f))
  const tail = m.add(m.mul(s, m.add(half, r)), m.mul(k, m.c(ln2Low)))
  const sum = m.sub(m.mul(k, m.c(ln2High)), m.sub(m.sub(half, tail), f))
  const special = m.choose(m.c(Number.NaN), m.add(x, x), m.lt(x, m.c(0)))
  const edge = m.choose(m.c(Number.NEGATIVE_INFINITY), special, m.eq(x, m.c(0)))
  const inRange = writer.name(apply('and', [m.lt(m.c(0), x), m.lt(x, m.c(Number.POSITIVE_INFINITY))]))
  return m.choose(sum, edge, inRange)
}

/** log(1 + x): the logarithm of u = 1 + x as rounded, times x / (u - 1), which undoes the rounding (Kahan). */
export function log1p64(writer: FormulaWriter, x: Expr): Expr {
  const m = arithmetic(writer, 'f64x2')
  const u = m.add(x, m.c(1))
  const log = log64(writer, u)
  const mended = m.mul(log, m.div(x, m.sub(u, m.c(1))))
  const finite = m.choose(mended, log, m.lt(u, m.c(Number.POSITIVE_INFINITY)))
  return m.choose(x, finite, m.eq(u, m.c(1)))
}

export function tanh64(writer: FormulaWriter, x: Expr): Expr {
  const m = arithmetic(writer, 'f64x2')
  const t = expm164(writer, m.mul(m.abs(x), m.c(-2)))
  return m.signed(m.abs(m.div(t, m.add(t, m.c(2)))), x)
}

/** π/2 in three parts of 33 bits, and the rest. */
const halfPi = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21]
const halfPiRest = 8.4784276603689e-32

/** sin(x + quarter · π/2). */
function circular(writer: FormulaWriter, given: Expr, quarter: number): Expr {
  const m = arithmetic(writer, 'f64x2')
  const [low, high] = [0, 1].map(k => reducedAngle(apply('lane', [given], [k]), writer.library))
  const x = writer.name(apply('withLane', [apply('splat', [low]), high], [1]))
  const z = m.add(m.mul(x, m.c(2 / Math.PI)), m.c(magic))
  const n = m.sub(z, m.c(magic))
  const first = m.sub(x, m.mul(n, m.c(halfPi[0])))
  const second = m.mul(n, m.c(halfPi[1]))
  const a = m.sub(first, second)
  const aLost = m.sub(m.sub(first, a), second)
  const third = m.mul(n, m.c(halfPi[2]))
  const b = m.sub(a, third)
  const bLost = m.sub(m.sub(a, b), third)
  const lost = m.sub(m.add(aLost, bLost), m.mul(n, m.c(halfPiRest)))
  const y = m.add(b, lost)
  const tail = m.add(m.sub(b, y), lost)
  const turn = writer.name(apply('add', [bitsOf(z), writer.constant('i64x2', BigInt(quarter))]))
  const one = writer.constant('i64x2', 1n)
  const isCosine = writer.name(apply('eq', [apply('and', [turn, one]), one]))
  const value = m.choose(cosine(m, y, tail), sine(m, y, tail), isCosine)
  // The second bit of the turn, as a sign.
  const sign = apply('and', [shiftLeft(turn, 62), writer.constant('i64x2', -(2n ** 63n))])
  return writer.name(real(apply('xor', [bitsOf(value), sign])))
}

/** sin(y + tail) for |y| ≤ π/4. */
function sine(m: Arithmetic, y: Expr, tail: Expr): Expr {
  const z = m.mul(y, y)
  const r = m.polynomial(
    z,
    [0.00833333333332249, -0.0001984126982985795, 2.7557313707070068e-6, -2.5050760253406863e-8, 1.58969099521155e-10],
  )
  const v = m.mul(z, y)
  const inner = m.sub(m.mul(z, m.sub(m.mul(m.c(0.5), tail), m.mul(v, r))), tail)
  return m.sub(y, m.sub(inner, m.mul(v, m.c(-0.16666666666666632))))
}

/** cos(y + tail) for |y| ≤ π/4. */
function cosine(m: Arithmetic, y: Expr, tail: Expr): Expr {
  const z = m.mul(y, y)
  const r = m.mul(
    z,
    m.polynomial(
      z,
      [
        0.0416666666666666, -0.001388888888887411, 2.480158728947673e-5, -2.7557314351390663e-7, 2.087572321298175e-9,
        -1.1359647557788195e-11,
      ],
    ),
  )
  const half = m.mul(m.c(0.5), z)
  const w = m.sub(m.c(1), half)
  return m.add(w, m.add(m.sub(m.sub(m.c(1), w), half), m.sub(m.mul(z, r), m.mul(y, tail))))
}

/** Of -0 it is -0. */
export function sin64(writer: FormulaWriter, x: Expr): Expr {
  const m = arithmetic(writer, 'f64x2')
  return m.choose(x, circular(writer, x, 0), m.eq(x, m.c(0)))
}

export const cos64 = (writer: FormulaWriter, x: Expr): Expr => circular(writer, x, 1)

/** A product as a sum of two doubles (Dekker 1971). */
function exactProduct(m: Arithmetic, a: Expr, b: Expr): readonly [Expr, Expr] {
  const halves = (v: Expr): readonly [Expr, Expr] => {
    const t = m.mul(v, m.c(134217729))
    const hi = m.sub(t, m.sub(t, v))
    return [hi, m.sub(v, hi)]
  }
  const p = m.mul(a, b)
  const [[a1, a2], [b1, b2]] = [halves(a), halves(b)]
  const e = m.add(m.add(m.add(m.sub(m.mul(a1, b1), p), m.mul(a1, b2)), m.mul(a2, b1)), m.mul(a2, b2))
  return [p, e]
}

/** x^y with the cases of ECMAScript: of a negative x for whole y alone, and NaN for 1 to an infinite power. */
export function pow64(writer: FormulaWriter, x: Expr, y: Expr): Expr {
  const m = arithmetic(writer, 'f64x2')
  const size = m.abs(x)
  const log = log64(writer, size)
  // What the rounding of the logarithm has lost: |x| e^-log - 1.
  const lost = m.sub(m.mul(size, exp64(writer, m.neg(log))), m.c(1))
  const isPlain = m.lt(m.abs(log), m.c(700))
  const [p, e] = exactProduct(m, y, log)
  const rest = m.add(e, m.mul(y, m.choose(lost, m.c(0), isPlain)))
  const base = exp64(writer, p)
  const mended = writer.name(apply('and', [m.lt(m.abs(rest), m.c(1e-3)), m.lt(base, m.c(Number.POSITIVE_INFINITY))]))
  const power = m.choose(m.add(base, m.mul(base, rest)), base, mended)
  const whole = m.eq(writer.name(apply('floor', [y])), y)
  const half = m.mul(y, m.c(0.5))
  const isEven = m.eq(writer.name(apply('floor', [half])), half)
  const isNegative = m.lt(x, m.c(0))
  // An odd power of what is negative, or of -0, has its sign.
  const odd = writer.name(apply('andnot', [whole, isEven]))
  const signedPower = m.choose(m.signed(power, x), power, odd)
  const defined = m.choose(m.choose(signedPower, m.c(Number.NaN), whole), signedPower, isNegative)
  const infinite = m.eq(m.abs(y), m.c(Number.POSITIVE_INFINITY))
  const one = m.eq(size, m.c(1))
  const odds = writer.name(apply('and', [infinite, one]))
  const special = m.choose(m.c(Number.NaN), m.choose(power, defined, infinite), odds)
  return m.choose(m.c(1), special, m.eq(y, m.c(0)))
}

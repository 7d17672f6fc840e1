// Measures pointwise functions over all numbers of 32 bits: values and slopes against 512 bits, in units of the last place.
// The table in spec/numerics.md has the largest allowed error of each backend.
import { compile } from '../../compiler/index.ts'
import type { Context } from '../../compiler/ir/builder.ts'
import type { Graph } from '../../compiler/ir/graph.ts'
import {
  abs,
  add,
  div,
  exp,
  floor,
  less,
  log,
  mul,
  neg,
  type Precise,
  precise,
  sin,
  sqrt,
  sub,
  toNumber,
} from './precise.ts'

/** A function of x in the language, with its exact value and slope: undefined where they are not finite. */
export interface Swept {
  readonly text: string
  readonly value: (x: Precise) => Precise | undefined
  readonly slope: (x: Precise) => Precise | undefined
  /** Errors are measured in units of the last place of the result, or of this where that is larger. */
  readonly valueUnit?: (x: Precise) => Precise
  readonly slopeUnit?: (x: Precise) => Precise
  /** The largest size of x that it is meant for, if there is one. */
  readonly to?: number
  /** Results that differ by this are the same except for rounding. */
  readonly period?: number
}

const zero = precise(0)
const one = precise(1)
const number = (v: number): ((x: Precise) => Precise) => {
  const known = precise(v)
  return () => known
}
const positive = (x: Precise): boolean => x.m > 0n
const negative = (x: Precise): boolean => x.m < 0n
const times = (k: number, x: Precise): Precise => mul(precise(k), x)
const square = (x: Precise): Precise => mul(x, x)
const inverse = (x: Precise): Precise => div(one, x)
const nonzero = (f: (x: Precise) => Precise) => (x: Precise) => (x.m === 0n ? undefined : f(x))
const onPositive = (f: (x: Precise) => Precise) => (x: Precise) => (positive(x) ? f(x) : undefined)
const sigmoid = (x: Precise): Precise => inverse(add(one, exp(neg(x))))
const sigmoidSlope = (x: Precise): Precise => mul(sigmoid(x), sigmoid(neg(x)))
/** log σ(x), from the exponential that is small. */
const logSigmoid = (x: Precise): Precise =>
  positive(x) ? neg(log(add(one, exp(neg(x))))) : sub(x, log(add(one, exp(x))))
const tanh = (x: Precise): Precise => {
  const e = exp(times(-2, abs(x)))
  const y = div(sub(one, e), add(one, e))
  return negative(x) ? neg(y) : y
}
const tanhSlope = (x: Precise): Precise => {
  const e = exp(times(-2, abs(x)))
  return div(times(4, e), square(add(one, e)))
}
/** x^y of a positive number. */
const power = (y: number) => (x: Precise) => exp(times(y, log(x)))
const geluFactor = 1.5957691216057308
const geluAngle = (x: Precise): Precise => times(geluFactor, add(x, times(0.044715, mul(x, square(x)))))
const geluAngleSlope = (x: Precise): Precise => times(geluFactor, add(one, times(3 * 0.044715, square(x))))
const inside = (low: number, high: number, x: Precise): boolean => !less(x, precise(low)) && !less(precise(high), x)

export const swept: readonly Swept[] = [
  { text: 'exp(x)', value: exp, slope: exp },
  { text: 'exp(x) - 1', value: x => sub(exp(x), one), slope: exp },
  { text: 'log(x)', value: onPositive(log), slope: onPositive(inverse) },
  {
    text: 'log1p(x)',
    value: x => (less(neg(one), x) ? log(add(one, x)) : undefined),
    slope: x => (less(neg(one), x) ? inverse(add(one, x)) : undefined),
  },
  { text: 'tanh(x)', value: tanh, slope: tanhSlope, slopeUnit: number(1) },
  { text: 'sigmoid(x)', value: sigmoid, slope: sigmoidSlope, slopeUnit: x => (positive(x) ? one : zero) },
  {
    text: '1 / (1 + exp(-x))',
    value: sigmoid,
    slope: sigmoidSlope,
    slopeUnit: x => (positive(x) ? one : zero),
  },
  { text: 'log(1 + exp(x))', value: x => neg(logSigmoid(neg(x))), slope: sigmoid },
  { text: 'log(sigmoid(x))', value: logSigmoid, slope: x => sigmoid(neg(x)) },
  {
    text: 'sqrt(x)',
    value: x => (negative(x) ? undefined : sqrt(x)),
    slope: onPositive(x => div(precise(0.5), sqrt(x))),
  },
  {
    text: 'sqrt(x^2 + 9)',
    value: x => sqrt(add(square(x), precise(9))),
    slope: x => div(x, sqrt(add(square(x), precise(9)))),
  },
  {
    text: 'sin(x)',
    value: x => sin(x),
    slope: x => sin(x, true),
    valueUnit: x => (inside(-1, 1, x) ? zero : one),
    slopeUnit: number(1),
  },
  {
    text: 'cos(x)',
    value: x => sin(x, true),
    slope: x => neg(sin(x)),
    valueUnit: number(1),
    slopeUnit: x => (inside(-1, 1, x) ? zero : one),
  },
  { text: 'x + 1', value: x => add(x, one), slope: number(1) },
  { text: '1 - x', value: x => sub(one, x), slope: number(-1) },
  { text: '-x', value: neg, slope: number(-1) },
  { text: 'x * 0.7', value: x => times(0.7, x), slope: number(0.7) },
  { text: 'floor(x)', value: floor, slope: number(0) },
  {
    text: 'x % 3',
    value: x => sub(x, times(3, floor(div(x, precise(3))))),
    slope: number(1),
    valueUnit: number(3),
    to: 2 ** 22,
    period: 3,
  },
  {
    text: 'max(x, 0.5)',
    value: x => (less(x, precise(0.5)) ? precise(0.5) : x),
    slope: x => (less(x, precise(0.5)) ? zero : one),
  },
  {
    text: 'min(x, 0.5)',
    value: x => (less(x, precise(0.5)) ? x : precise(0.5)),
    slope: x => (less(x, precise(0.5)) ? one : zero),
  },
  {
    text: 'where(x > 1, x^2, x)',
    value: x => (less(one, x) ? square(x) : x),
    slope: x => (less(one, x) ? times(2, x) : one),
  },
  { text: 'abs(x)', value: abs, slope: x => (x.m === 0n ? zero : negative(x) ? neg(one) : one) },
  { text: 'relu(x)', value: x => (positive(x) ? x : zero), slope: x => (positive(x) ? one : zero) },
  { text: '3 / x', value: nonzero(x => div(precise(3), x)), slope: nonzero(x => div(precise(-3), square(x))) },
  { text: 'x^2', value: square, slope: x => times(2, x) },
  { text: 'x^3', value: x => mul(x, square(x)), slope: x => times(3, square(x)) },
  { text: 'x^(-2)', value: nonzero(x => inverse(square(x))), slope: nonzero(x => div(precise(-2), mul(x, square(x)))) },
  { text: 'x^2.5', value: onPositive(power(2.5)), slope: onPositive(x => times(2.5, power(1.5)(x))) },
  { text: 'x^(-0.7)', value: onPositive(power(-0.7)), slope: onPositive(x => times(-0.7, power(-1.7)(x))) },
  {
    text: '1.5^x',
    value: x => exp(mul(x, log(precise(1.5)))),
    slope: x => mul(log(precise(1.5)), exp(mul(x, log(precise(1.5))))),
  },
  { text: 'softplus(x)', value: x => neg(logSigmoid(neg(x))), slope: sigmoid },
  {
    text: 'softsign(x)',
    value: x => div(x, add(one, abs(x))),
    slope: x => inverse(square(add(one, abs(x)))),
  },
  {
    text: 'silu(x)',
    value: x => mul(x, sigmoid(x)),
    slope: x => add(sigmoid(x), mul(x, sigmoidSlope(x))),
    slopeUnit: sigmoid,
  },
  {
    text: 'gelu(x)',
    value: x => mul(x, sigmoid(geluAngle(x))),
    slope: x => add(sigmoid(geluAngle(x)), mul(x, mul(geluAngleSlope(x), sigmoidSlope(geluAngle(x))))),
    slopeUnit: x => sigmoid(geluAngle(x)),
  },
  {
    text: 'elu(x)',
    value: x => (positive(x) ? x : sub(exp(x), one)),
    slope: x => (positive(x) ? one : exp(x)),
  },
  {
    text: 'leaky_relu(x)',
    value: x => (positive(x) ? x : times(0.2, x)),
    slope: x => (positive(x) ? one : precise(0.2)),
  },
  {
    text: 'hard_sigmoid(x)',
    value: x => (inside(-3, 3, x) ? add(div(x, precise(6)), precise(0.5)) : positive(x) ? one : zero),
    slope: x => (inside(-3, 3, x) ? precise(1 / 6) : zero),
    valueUnit: number(0.5),
  },
  {
    text: 'clamp(x, -2, 3)',
    value: x => (inside(-2, 3, x) ? x : precise(positive(x) ? 3 : -2)),
    slope: x => (inside(-2, 3, x) ? one : zero),
  },
  { text: 'mse(x, 0)', value: square, slope: x => times(2, x) },
  { text: 'mae(x, 0)', value: abs, slope: x => (x.m === 0n ? zero : negative(x) ? neg(one) : one) },
  {
    text: 'huber(x, 0)',
    value: x => (inside(-1, 1, x) ? times(0.5, square(x)) : sub(abs(x), precise(0.5))),
    slope: x => (inside(-1, 1, x) ? x : negative(x) ? neg(one) : one),
  },
]

/** Places x: every scale of 32 bits, and many between 1/100 and 120, of both signs; zeros. */
const sizes = [
  ...Array.from({ length: 167 }, (_, i) => 1.4e-45 * (3.4e38 / 1.4e-45) ** (i / 166)),
  ...Array.from({ length: 130 }, (_, i) => 0.01 * 12_000 ** (i / 129)),
  1,
].map(Math.fround)

export const places: Float32Array = Float32Array.from([0, -0, ...sizes, ...sizes.map(x => -x)])

const exacts = [...places].map(precise)

/** The exact results at each place, computed once. */
export interface Exact {
  readonly values: readonly (Precise | undefined)[]
  readonly slopes: readonly (Precise | undefined)[]
}

export const exactOf = ({ value, slope }: Swept): Exact => ({ values: exacts.map(value), slopes: exacts.map(slope) })

/** The graphs of its values, output `v` of an input w, and of its slopes `d:w`. */
export function graphsOf({ text }: Swept): { context: Context; values: Graph; slopes: Graph } {
  const { context, predict, gradient } = compile(`model M {
  target y: real
  param w: [${places.length}]
  v = ${text.replaceAll(/\bx\b/g, 'w')}
  output v
  loss sum(v) + 0 * y
}`)
  return { context, values: predict(), slopes: gradient() }
}

interface Format {
  readonly precision: number
  /** The exponent of the smallest number. */
  readonly least: number
  readonly largest: number
}

const formats = {
  f32: { precision: 24, least: -149, largest: 2 ** 128 * (1 - 2 ** -24) },
  f64: { precision: 53, least: -1074, largest: Number.MAX_VALUE },
} as const satisfies Record<string, Format>

/** Properties of a backend's numbers. */
export interface Arithmetic {
  readonly format: keyof typeof formats
  /**
   * Results below this multiple of the smallest normal number may be 0, those above this fraction of the largest infinite; smaller
   * operands count as 0.
   */
  readonly margin: number
}

/** Distance between neighbouring numbers of the format around x. */
const ulp = (x: number, { precision, least }: Format): number =>
  2 ** Math.max(least, Math.floor(Math.log2(Math.abs(x))) - precision + 1)

/** The largest error in units of the last place, and where it is. */
export interface Worst {
  readonly error: number
  readonly at: number
}

/**
 * Finds the largest error. A result that overflows must do so with its sign; one below the smallest normal number must stay below it, and
 * be 0 if it is far below.
 */
function worstOf(
  found: ArrayLike<number>,
  exact: readonly (Precise | undefined)[],
  unit: ((x: Precise) => Precise) | undefined,
  { to = Number.POSITIVE_INFINITY, period }: Swept,
  { format, margin }: Arithmetic,
): Worst {
  const kind = formats[format]
  const small = margin * 2 ** (kind.least + kind.precision - 1)
  const large = kind.largest / margin
  const errorOf = (value: number, right: Precise, place: Precise): number => {
    const nearest = toNumber(right)
    const size = Math.abs(nearest)
    // A result too small for the format must be 0, not the rounding of something larger.
    if (size < 2 ** (kind.least - 1)) return value === 0 ? 0 : Number.POSITIVE_INFINITY
    if (size < small && Math.abs(value) < small) return 0
    if (size >= large && Math.abs(value) === Number.POSITIVE_INFINITY)
      return value > 0 === nearest > 0 ? 0 : Number.POSITIVE_INFINITY
    if (!Number.isFinite(value) || size > kind.largest) return Number.POSITIVE_INFINITY
    const scale = unit === undefined ? size : Math.max(size, Math.abs(toNumber(unit(place))))
    const distance = Math.abs(toNumber(sub(precise(value), right)))
    return Math.min(distance, period === undefined ? distance : Math.abs(distance - period)) / ulp(scale, kind)
  }
  let worst: Worst = { error: 0, at: 0 }
  places.forEach((x, i) => {
    const right = exact[i]
    if (right === undefined || Math.abs(x) > to || (margin > 1 && x !== 0 && Math.abs(x) < small)) return
    const error = errorOf(found[i], right, exacts[i])
    if (!(error <= worst.error)) worst = { error, at: x }
  })
  return worst
}

/** Results of a backend, beside the exact ones. */
export interface Sweep {
  readonly of: Swept
  readonly exact: Exact
  readonly values: ArrayLike<number>
  readonly slopes: ArrayLike<number>
}

/** The largest errors of values and slopes. */
export const errorsOf = ({ of, exact, values, slopes }: Sweep, arithmetic: Arithmetic): readonly [Worst, Worst] => [
  worstOf(values, exact.values, of.valueUnit, of, arithmetic),
  worstOf(slopes, exact.slopes, of.slopeUnit, of, arithmetic),
]

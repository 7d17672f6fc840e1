// The initial values of parameters, as in Keras 3. A draw depends on the seed and the parameter's path alone, so that neither
// the order of declarations nor any optimization changes it.
import { type InitializerName, initializers, isInitializer } from '../compiler/check/initializers.ts'
import type { Init, Parameter } from '../compiler/check/signature.ts'
import { evaluate, type Sizes, symbolsOf } from '../compiler/ir/dim.ts'
import { fail } from '../dsl/diagnostics.ts'
import { normal, type Random, random, truncatedNormal, uniform } from './random.ts'

export { type InitializerName, initializers }

/** Fills an array of `shape`, row-major. */
type Draw = (shape: readonly number[], args: readonly number[], draw: Random) => Float64Array

/** The deviation of a standard normal that was cut at two deviations: dividing by it restores the one asked for. */
const truncatedDeviation = 0.879_625_661_034_239_8

const draws: Readonly<Record<InitializerName, Draw>> = {
  zeros: shape => fill(shape, () => 0),
  ones: shape => fill(shape, () => 1),
  normal: (shape, [sd], draw) => fill(shape, () => sd * normal(draw)),
  uniform: (shape, [low, high], draw) => fill(shape, () => uniform(draw, low, high)),
  glorot_uniform: (shape, [fanIn, fanOut] = [], draw) => symmetric(shape, 3 / meanFan(shape, fanIn, fanOut), draw),
  glorot_normal: (shape, [fanIn, fanOut] = [], draw) => truncated(shape, 1 / meanFan(shape, fanIn, fanOut), draw),
  he_uniform: (shape, [fanIn = fans(shape).in] = [], draw) => symmetric(shape, 6 / Math.max(1, fanIn), draw),
  he_normal: (shape, [fanIn = fans(shape).in] = [], draw) => truncated(shape, 2 / Math.max(1, fanIn), draw),
  orthogonal,
}

/**
 * The initial values of a parameter, row-major in its declared shape. RNN507 if the shape holds a symbol that `sizes` does not.
 * Two draws in one expression, as in `normal(1) * normal(1)`, are independent.
 */
export function initialize(parameter: Parameter, sizes: Sizes, seed: number): Float64Array {
  const shape = shapeOf(parameter, sizes)
  let place = 0
  const value = (init: Init): Float64Array => {
    switch (init.kind) {
      case 'number':
        return fill(shape, () => init.value)
      case 'draw': {
        if (!isInitializer(init.initializer)) throw new Error(`no initializer is called ${init.initializer}`)
        const name = place === 0 ? parameter.name : `${parameter.name}#${place}`
        place++
        return draws[init.initializer](shape, init.args, random(seed, name))
      }
      case 'negate':
        return value(init.value).map(x => -x)
      case 'binary': {
        const left = value(init.left)
        const right = value(init.right)
        return left.map((x, i) => operate(init.op, x, right[i]))
      }
    }
  }
  return value(parameter.init)
}

/** The shape of a parameter in numbers. RNN507 if it holds a symbol that `sizes` does not. */
export function shapeOf(parameter: Pick<Parameter, 'shape'>, sizes: Sizes): number[] {
  return parameter.shape.map(dim => {
    const unknown = symbolsOf(dim).find(name => !Object.hasOwn(sizes, name))
    if (unknown !== undefined) fail('RNN507', { symbol: unknown })
    return evaluate(dim, sizes)
  })
}

function operate(op: '+' | '-' | '*' | '/', a: number, b: number): number {
  switch (op) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return a / b
  }
}

function fill(shape: readonly number[], value: () => number): Float64Array {
  const values = new Float64Array(shape.reduce((n, d) => n * d, 1))
  for (let i = 0; i < values.length; i++) values[i] = value()
  return values
}

/**
 * The fans of a weight declared as [out, in]; the two of a vector are both its length. Dims before the last two are copies of
 * the matrix (a param over an axis), and do not count.
 */
function fans(shape: readonly number[]): { readonly in: number; readonly out: number } {
  const last = shape.at(-1) ?? 1
  return { in: last, out: shape.at(-2) ?? last }
}

function meanFan(shape: readonly number[], fanIn = fans(shape).in, fanOut = fans(shape).out): number {
  return Math.max(1, (fanIn + fanOut) / 2)
}

/** Uniform in ±sqrt(bound). */
function symmetric(shape: readonly number[], bound: number, draw: Random): Float64Array {
  const limit = Math.sqrt(bound)
  return fill(shape, () => uniform(draw, -limit, limit))
}

/** Normal of the given variance, cut at two deviations of what is drawn. */
function truncated(shape: readonly number[], variance: number, draw: Random): Float64Array {
  const sd = Math.sqrt(variance) / truncatedDeviation
  return fill(shape, () => sd * truncatedNormal(draw))
}

/**
 * Rows, or columns if there are fewer of them, that are orthonormal, times a gain: the Q of the QR of a Gaussian matrix with the
 * signs that make R's diagonal positive (Saxe et al. 2014; Keras). Dims before the last two are independent copies.
 */
function orthogonal(shape: readonly number[], [gain = 1]: readonly number[], draw: Random): Float64Array {
  const columns = shape.at(-1) ?? 1
  const rows = shape.at(-2) ?? 1
  const values = new Float64Array(shape.reduce((n, d) => n * d, 1))
  for (let start = 0; start < values.length; start += rows * columns) {
    const count = Math.min(rows, columns)
    const basis = orthonormal(count, Math.max(rows, columns), draw)
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        values[start + r * columns + c] = gain * (rows < columns ? basis[r][c] : basis[c][r])
      }
    }
  }
  return values
}

/** `count` orthonormal vectors by Gram-Schmidt; whatever loses most of its length is orthogonalized again (Kahan & Parlett). */
function orthonormal(count: number, length: number, draw: Random): Float64Array[] {
  const basis = Array.from({ length: count }, () => fill([length], () => normal(draw)))
  basis.forEach((vector, i) => {
    for (let before = norm(vector), again = true; again; ) {
      for (let j = 0; j < i; j++) {
        const along = dot(vector, basis[j])
        for (let k = 0; k < length; k++) vector[k] -= along * basis[j][k]
      }
      const after = norm(vector)
      again = after < 0.1 * before
      before = after
    }
    const size = norm(vector)
    for (let k = 0; k < length; k++) vector[k] /= size
  })
  return basis
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k]
  return sum
}

const norm = (a: Float64Array): number => Math.sqrt(dot(a, a))

// The initial values of parameters, as in Keras 3. A draw depends on the seed and the parameter's path alone, so that neither
// the order of declarations nor any optimization changes it.
import { type InitializerName, initializers, isInitializer } from '../compiler/elaborate/values/initializers.ts'
import type { Init, Parameter } from '../compiler/elaborate/values/signature.ts'
import { evaluate, type Sizes, symbolsOf } from '../compiler/ir/dim.ts'
import { fail } from '../dsl/diagnostics.ts'
import { orthonormal, workOfOrthonormal } from './orthonormal.ts'
import { normal, type Random, random, truncatedNormal, uniform } from './random.ts'
import { finish, type Work } from './work.ts'

export { type InitializerName, initializers }

/** Fills an array of `shape`, row-major. */
type Draw = (shape: readonly number[], args: readonly number[], draw: Random) => Work<Float64Array>

/** Standard deviation of a standard normal truncated at two deviations; dividing by it restores the requested one. */
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
export const initialize = (parameter: Parameter, sizes: Sizes, seed: number): Float64Array =>
  finish(initializing(parameter, sizes, seed))

/** As `initialize`, in small parts with pauses between. */
export function* initializing(parameter: Parameter, sizes: Sizes, seed: number): Work<Float64Array> {
  const shape = shapeOf(parameter, sizes)
  let place = 0
  function* value(init: Init): Work<Float64Array> {
    switch (init.kind) {
      case 'number':
        return yield* fill(shape, () => init.value)
      case 'draw': {
        const name = place === 0 ? parameter.name : `${parameter.name}#${place}`
        place++
        return yield* draws[named(init.initializer)](shape, init.args, random(seed, name))
      }
      case 'negate':
        return (yield* value(init.value)).map(x => -x)
      case 'binary': {
        const left = yield* value(init.left)
        const right = yield* value(init.right)
        return left.map((x, i) => operate(init.op, x, right[i]))
      }
    }
  }
  return yield* value(parameter.init)
}

/** Total work of `initializing`, in numbers drawn. */
export function workOfInitializing(parameter: Parameter, sizes: Sizes): number {
  const shape = shapeOf(parameter, sizes)
  const work = (init: Init): number => {
    switch (init.kind) {
      case 'number':
        return count(shape)
      case 'draw':
        return named(init.initializer) === 'orthogonal' ? workOfOrthogonal(shape) : count(shape)
      case 'negate':
        return work(init.value)
      case 'binary':
        return work(init.left) + work(init.right)
    }
  }
  return work(parameter.init)
}

function named(initializer: string): InitializerName {
  if (!isInitializer(initializer)) throw new Error(`no initializer is called ${initializer}`)
  return initializer
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

const count = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1)

/** How many numbers are drawn at a time. */
const part = 2 ** 16

function* fill(shape: readonly number[], value: () => number): Work<Float64Array> {
  const values = new Float64Array(count(shape))
  for (let start = 0; start < values.length; start += part) {
    const some = values.subarray(start, start + part)
    for (let i = 0; i < some.length; i++) some[i] = value()
    yield some.length
  }
  return values
}

/**
 * Fans of a weight declared as [out, in]; both fans of a vector are its length. Dims before the last two are copies of the matrix
 * (a param over an axis), and do not count.
 */
function fans(shape: readonly number[]): { readonly in: number; readonly out: number } {
  const last = shape.at(-1) ?? 1
  return { in: last, out: shape.at(-2) ?? last }
}

function meanFan(shape: readonly number[], fanIn = fans(shape).in, fanOut = fans(shape).out): number {
  return Math.max(1, (fanIn + fanOut) / 2)
}

/** Uniform in ±sqrt(bound). */
function symmetric(shape: readonly number[], bound: number, draw: Random): Work<Float64Array> {
  const limit = Math.sqrt(bound)
  return fill(shape, () => uniform(draw, -limit, limit))
}

/** Normal of the given variance, truncated at two standard deviations of the normal before truncation. */
function truncated(shape: readonly number[], variance: number, draw: Random): Work<Float64Array> {
  const sd = Math.sqrt(variance) / truncatedDeviation
  return fill(shape, () => sd * truncatedNormal(draw))
}

/**
 * Draws orthonormal rows, or columns if there are fewer of them, times a gain: the Q of the QR of a Gaussian matrix with the signs
 * that make R's diagonal positive (Saxe et al. 2014; Keras). Dims before the last two are independent copies.
 */
function* orthogonal(shape: readonly number[], [gain = 1]: readonly number[], draw: Random): Work<Float64Array> {
  const { rows, columns } = matrixOf(shape)
  const values = new Float64Array(count(shape))
  for (let start = 0; start < values.length; start += rows * columns) {
    const next = (): number => normal(draw)
    const basis = yield* orthonormal(Math.min(rows, columns), Math.max(rows, columns), next)
    const put = rows < columns ? putRows : putColumns
    put(values.subarray(start, start + rows * columns), basis, gain)
  }
  return values
}

function putRows(matrix: Float64Array, rows: readonly (readonly number[])[], gain: number): void {
  for (const [i, row] of rows.entries()) {
    for (let k = 0; k < row.length; k++) matrix[i * row.length + k] = gain * row[k]
  }
}

/** Writes eight columns at a time, whose numbers are neighbours in memory. */
function putColumns(matrix: Float64Array, columns: readonly (readonly number[])[], gain: number): void {
  const count = columns.length
  for (let first = 0; first < count; first += 8) {
    const some = columns.slice(first, first + 8)
    for (let k = 0; k < some[0].length; k++) {
      for (let i = 0; i < some.length; i++) matrix[k * count + first + i] = gain * some[i][k]
    }
  }
}

function workOfOrthogonal(shape: readonly number[]): number {
  const { rows, columns } = matrixOf(shape)
  const matrices = rows * columns === 0 ? 0 : count(shape) / (rows * columns)
  return matrices * workOfOrthonormal(Math.min(rows, columns), Math.max(rows, columns))
}

/** The last two dims. */
const matrixOf = (shape: readonly number[]): { readonly rows: number; readonly columns: number } => ({
  rows: shape.at(-2) ?? 1,
  columns: shape.at(-1) ?? 1,
})

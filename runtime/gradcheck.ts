// checkGradients: the compiled gradient against central differences of the compiled loss, in float64.
import type { Backend, Buffer } from '../compiler/backend/backend.ts'
import { js } from '../compiler/backend/js.ts'
import { type CompiledModel, load } from '../compiler/index.ts'
import { evaluate, type Sizes } from '../compiler/ir/dim.ts'
import { fail } from '../dsl/diagnostics.ts'
import { normal, random } from './random.ts'
import { drawInputs, type Weights } from './session.ts'

export interface CheckOptions {
  readonly backend?: Backend
  readonly seed?: number
  /** Above this many elements in all, directions and samples are checked instead of every element. */
  readonly most?: number
  /** The largest relative error that passes. */
  readonly tolerance?: number
  /** After each element and direction; the fraction of the whole that is done. */
  readonly onProgress?: (done: number) => void
}

export interface ParameterCheck {
  readonly name: string
  /** max|a - b| / max|b| over the elements compared. */
  readonly error: number
  /** Whether the error is within the tolerance, or below what rounding of the loss does to a difference. */
  readonly passed: boolean
  readonly elements: number
  readonly checked: number
  readonly worst: { readonly index: readonly number[]; readonly gradient: number; readonly difference: number }
}

export interface GradientCheck {
  readonly passed: boolean
  readonly tolerance: number
  /** Whether every element was compared, or random directions and sampled elements. */
  readonly method: 'all elements' | 'directions and samples'
  readonly parameters: readonly ParameterCheck[]
  /** The relative errors of derivatives along random directions; empty where all elements were compared. */
  readonly directions: readonly number[]
  readonly backend: string
}

/** Samples of each parameter, and random directions of all, where there are too many elements. */
const samples = 4
const directionCount = 8
/** The smallest step of a difference. */
const smallestStep = 1e-4

/**
 * Compares gradients at `weights` for one batch. Each difference is Richardson's extrapolation of two central ones
 * (steps h and h/2, error of order h⁴), whose own disagreement is the error estimate. `batch` and `sizes` are those of
 * `randomBatch`, or of `pack`; the model has a loss and parameters.
 */
export function checkGradients(
  model: CompiledModel,
  weights: Weights,
  batch: Readonly<Record<string, Buffer>>,
  sizes: Sizes,
  options: CheckOptions = {},
): GradientCheck {
  const { backend = js, seed = 1, most = 5000, tolerance = 1e-6 } = options
  const gradient = load(model.context, model.gradient(), backend, 'f64')
  const evaluation = load(model.context, model.evaluate(), backend, 'f64')
  const state: Record<string, Float64Array> = Object.fromEntries(
    Object.entries(weights).map(([name, data]) => [name, Float64Array.from(data)]),
  )
  const inputs: Record<string, Buffer> = { ...drawInputs(seed, 0) }
  for (const [name, data] of Object.entries(batch))
    inputs[name] = data instanceof Float32Array ? Float64Array.from(data) : data
  const lossAt = (): number => evaluation.run(sizes, { ...inputs, ...state }).loss[0]
  const results = gradient.run(sizes, { ...inputs, ...state })
  const gradients = new Map(model.signature.parameters.map(p => [p.name, Float64Array.from(results[`d:${p.name}`])]))
  if (!Number.isFinite(results.loss[0])) {
    const help = 'the model takes the logarithm or the root of what is negative in this batch: try another seed'
    fail('RNN504', { value: String(results.loss[0]), step: 0 }, { help })
  }
  const noise = roundingOf(results.loss[0])

  const total = [...gradients.values()].reduce((n, g) => n + g.length, 0)
  const all = total <= most
  const draw = random(seed, 'gradcheck')
  const sampled = (length: number): number => (all ? length : Math.min(samples, length))
  const work = [...gradients.values()].reduce((n, g) => n + sampled(g.length), all ? 0 : directionCount)
  let done = 0
  const advance = (): void => options.onProgress?.(++done / work)

  const parameters = model.signature.parameters.map((p): ParameterCheck => {
    const values = state[p.name]
    const found = gradients.get(p.name) ?? new Float64Array()
    const places = all
      ? [...found.keys()]
      : Array.from({ length: sampled(found.length) }, () => Math.floor(draw() * found.length))
    let scale = 0
    for (const g of found) scale = Math.max(scale, Math.abs(g))
    let worst = { place: 0, gap: -1, difference: 0 }
    for (const place of places) {
      const difference = derivative(h => {
        const before = values[place]
        values[place] = before + h
        const loss = lossAt()
        values[place] = before
        return loss
      })
      scale = Math.max(scale, Math.abs(difference))
      const gap = Math.abs(found[place] - difference)
      if (!(gap <= worst.gap)) worst = { place, gap, difference }
      advance()
    }
    const shape = p.shape.map(d => evaluate(d, sizes))
    return {
      name: p.name,
      error: worst.gap <= 0 ? 0 : worst.gap / scale,
      passed: worst.gap <= tolerance * scale + noise,
      elements: found.length,
      checked: places.length,
      worst: { index: unravel(worst.place, shape), gradient: found[worst.place] ?? 0, difference: worst.difference },
    }
  })

  const directions = all
    ? []
    : Array.from({ length: directionCount }, () => {
        const error = directionError(state, gradients, lossAt, draw)
        advance()
        return error
      })
  return {
    passed: parameters.every(p => p.passed) && directions.every(e => e <= tolerance),
    tolerance,
    method: all ? 'all elements' : 'directions and samples',
    parameters,
    directions,
    backend: gradient.backend,
  }
}

/** The relative error of the derivative along one random direction of all parameters. */
function directionError(
  state: Readonly<Record<string, Float64Array>>,
  gradients: ReadonlyMap<string, Float64Array>,
  lossAt: () => number,
  draw: () => number,
): number {
  const directions = [...gradients].map(([name, g]) => ({
    values: state[name],
    start: state[name].slice(),
    g,
    d: g.map(() => normal(draw)),
  }))
  let along = 0
  let size = 0
  for (const { g, d } of directions) {
    for (let i = 0; i < g.length; i++) {
      along += g[i] * d[i]
      size += Math.abs(g[i] * d[i])
    }
  }
  const difference = derivative(h => {
    for (const { values, start, d } of directions) for (let i = 0; i < d.length; i++) values[i] = start[i] + h * d[i]
    const loss = lossAt()
    for (const { values, start } of directions) values.set(start)
    return loss
  })
  const gap = Math.abs(along - difference)
  // A sum of many signed terms may nearly cancel: its error is measured against a random walk of theirs.
  const scale = Math.max(
    Math.abs(along),
    Math.abs(difference),
    size / Math.sqrt(directions.reduce((n, x) => n + x.d.length, 1)),
  )
  return scale === 0 ? 0 : gap / scale
}

/** What rounding of the loss in float64 can do to a difference quotient of the smallest step. */
const roundingOf = (loss: number): number => (64 * Number.EPSILON * Math.max(Math.abs(loss), 1e-3)) / smallestStep

/** f'(0) by Richardson's extrapolation of central differences, with the step whose estimate is the steadiest. */
export function derivative(f: (h: number) => number): number {
  let best = { value: Number.NaN, spread: Number.POSITIVE_INFINITY }
  let before: number | undefined
  for (let h = 4e-3; h >= 2 * smallestStep; h /= 4) {
    const wide = (f(h) - f(-h)) / (2 * h)
    const narrow = (f(h / 2) - f(-h / 2)) / h
    const value = (4 * narrow - wide) / 3
    const spread =
      before === undefined ? Math.abs(narrow - wide) : Math.min(Math.abs(narrow - wide), Math.abs(value - before))
    if (spread < best.spread || Number.isNaN(best.value)) best = { value, spread }
    before = value
  }
  return best.value
}

function unravel(place: number, shape: readonly number[]): number[] {
  const index: number[] = []
  let rest = place
  for (const size of [...shape].reverse()) {
    index.unshift(rest % size)
    rest = Math.floor(rest / size)
  }
  return index
}

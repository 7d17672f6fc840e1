// Bounds the rounding errors of the numbers of a series, so that noise of the last digits is not taken for variation.
import type { BinaryOperator } from '../../dsl/ast.ts'
import { once } from '../once.ts'
import type { Chain } from './encoding.ts'
import type { Grid } from './grid.ts'
import { invertibleOf } from './scalingSteps.ts'

/** Gives a bound of the error of the number at a place. */
export type BoundAt = (place: number) => number

/** Computes a bound of the error of each number of a series, row-major, from the bounds of the series that it was made of. */
export interface Rounding {
  /** Gives the bound of one number, without an array of all, where few steps find it. */
  readonly boundAt?: BoundAt
  /** Number of those steps. */
  readonly depth: number
  readonly of: readonly Rounding[]
  /** Calls itself on those in `of`; `boundsOf` avoids the recursion. */
  readonly bounds: () => Float64Array
  readonly isKnown: () => boolean
  /** Whether the numbers are as they were read. */
  readonly isWritten?: boolean
}

/** Greatest depth at which a single bound is found by itself: one calls another, and the stack is not deep. */
const deepest = 64

/**
 * Makes a rounding whose bounds are computed once, when something asks for them; `at` finds one bound from the functions that find those
 * of the others.
 */
export function rounding(
  of: readonly Rounding[],
  compute: (before: readonly Float64Array[]) => Float64Array,
  at?: (before: readonly BoundAt[]) => BoundAt,
): Rounding {
  let isKnown = false
  const bounds = once(() => {
    const found = compute(of.map(part => part.bounds()))
    isKnown = true
    return found
  })
  const depth = 1 + Math.max(0, ...of.map(part => part.depth))
  const before = of.flatMap(part => (part.boundAt === undefined ? [] : [part.boundAt]))
  const boundAt = depth > deepest || before.length < of.length ? undefined : at?.(before)
  return { of, bounds, isKnown: () => isKnown, depth, ...(boundAt && { boundAt }) }
}

/** Computes the bounds of a series. Uses a list instead of recursion: a chain of series may be longer than the stack is deep. */
function boundsOf(last: Rounding): Float64Array {
  const open = [last]
  for (let next = open.at(-1); next !== undefined; next = open.at(-1)) {
    const before = next.of.filter(part => !part.isKnown())
    for (const part of before) open.push(part)
    if (before.length > 0) continue
    next.bounds()
    open.pop()
  }
  return last.bounds()
}

/** Greatest relative error of a number rounded to the nearest. */
const half = Number.EPSILON / 2

/** Factor on error bounds within which two numbers still count as one: the file may hold results of longer computations. */
const leeway = 16

/** Rounding of numbers as they were read; whole numbers are exact. */
export function asWritten(values: Grid): Rounding {
  const boundOf = (x: number): number => (Number.isSafeInteger(x) ? 0 : half * Math.abs(x))
  const bounds = rounding(
    [],
    () => Float64Array.from({ length: values.length }, (_, place) => boundOf(values.at(place))),
    () => place => boundOf(values.at(place)),
  )
  return { ...bounds, isWritten: true }
}

/** Rounding of numbers of which `keepsBounds` has found that nothing asks for it: it would keep those that they were made of. */
export const notKept: Rounding = {
  of: [],
  depth: 0,
  isKnown: () => false,
  bounds: () => {
    throw new Error('a bound of rounding is asked for, more than was found')
  },
}

/** Gives a function for the bound of each number by its place. */
export function boundsAt(of: Rounding): (place: number) => number {
  if (of.boundAt !== undefined) return of.boundAt
  const bounds = boundsOf(of)
  return place => bounds[place]
}

/** Rounding after a chain of steps on each number; `chainOf` gives that of each component of `width`. */
export function throughChain(
  values: Grid,
  before: Rounding,
  width: number,
  chainOf: (component: number) => Chain,
): Rounding {
  const chains = Array.from({ length: width }, (_, component) => chainOf(component).map(invertibleOf))
  const boundOf = (error: number, place: number): number => {
    let x = values.at(place)
    let bound = error
    for (const { apply, slope } of chains[place % width]) {
      bound *= slope(x)
      x = apply(x)
      bound += half * Math.abs(x)
    }
    return bound
  }
  return rounding(
    [before],
    ([errors]) => errors.map(boundOf),
    ([errorAt]) =>
      place =>
        boundOf(errorAt(place), place),
  )
}

/** Bound of the error of `a op b`, from the errors of both. */
export function ofOperation(op: BinaryOperator, a: number, b: number, errorA: number, errorB: number): number {
  switch (op) {
    case '+':
    case '-':
      return errorA + errorB + half * Math.abs(op === '+' ? a + b : a - b)
    case '*':
      return Math.abs(a) * errorB + Math.abs(b) * errorA + half * Math.abs(a * b)
    default:
      return (errorA + Math.abs(a / b) * errorB) / Math.abs(b) + half * Math.abs(a / b)
  }
}

/** Tells whether all numbers that `each` visits, within their errors, may be one number. */
export function isOneNumber(each: (visit: (x: number, error: number) => void) => void): boolean {
  let low = Number.NEGATIVE_INFINITY
  let high = Number.POSITIVE_INFINITY
  each((x, error) => {
    low = Math.max(low, x - leeway * error)
    high = Math.min(high, x + leeway * error)
  })
  return low <= high
}

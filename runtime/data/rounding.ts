// How far rounding may have moved the numbers of a series, so that noise of the last digits is not taken for what varies.
import type { BinaryOperator } from '../../dsl/ast.ts'
import { once } from '../once.ts'
import type { Chain } from './encoding.ts'
import { invertibleOf } from './scalingSteps.ts'

/** A bound of the error of the number at a place. */
export type BoundAt = (place: number) => number

/** How to find a bound of the error of each number of a series, row-major, from the bounds of the series that it was made of. */
export interface Rounding {
  /** The bound of one number, without an array of all, where it is found in few steps. */
  readonly boundAt?: BoundAt
  /** How many steps that takes. */
  readonly depth: number
  readonly of: readonly Rounding[]
  /** Asks those in `of`: see `boundsOf`. */
  readonly bounds: () => Float64Array
  readonly isKnown: () => boolean
  /** Whether the numbers are as they were read. */
  readonly isWritten?: boolean
}

/** Beyond this a bound by itself is none: one asks another, and the stack is not deep. */
const deepest = 64

/** What is computed, once, where something asks for it; `at` finds one bound from the functions that find those of the others. */
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

/** The bounds of a series. A list in place of recursion: a chain of series is longer than the stack is deep. */
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

/** A number is rounded to the nearest that there is. */
const half = Number.EPSILON / 2

/** How many times the bound two numbers may be apart and still count as one: the file may hold results of longer computations. */
const leeway = 16

/** Numbers as they were read; whole numbers are what is written. */
export function asWritten(values: Float64Array): Rounding {
  const boundOf = (x: number): number => (Number.isSafeInteger(x) ? 0 : half * Math.abs(x))
  const bounds = rounding(
    [],
    () => values.map(boundOf),
    () => place => boundOf(values[place]),
  )
  return { ...bounds, isWritten: true }
}

/** The bound of each number by its place. */
export function boundsAt(of: Rounding): (place: number) => number {
  if (of.boundAt !== undefined) return of.boundAt
  const bounds = boundsOf(of)
  return place => bounds[place]
}

/** After a chain of steps on each number; `chainOf` gives that of each component of `width`. */
export function throughChain(
  values: Float64Array,
  before: Rounding,
  width: number,
  chainOf: (component: number) => Chain,
): Rounding {
  const chains = Array.from({ length: width }, (_, component) => chainOf(component).map(invertibleOf))
  const boundOf = (error: number, place: number): number => {
    let x = values[place]
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

/** Of `a op b`, with their errors. */
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

/** Whether all numbers that `each` visits, with their errors, may be one number. */
export function isOneNumber(each: (visit: (x: number, error: number) => void) => void): boolean {
  let low = Number.NEGATIVE_INFINITY
  let high = Number.POSITIVE_INFINITY
  each((x, error) => {
    low = Math.max(low, x - leeway * error)
    high = Math.min(high, x + leeway * error)
  })
  return low <= high
}

// Defines a check of the fuzzer: a property of every program.

import { once } from '../../runtime/once.ts'
import type { Cause } from '../gradients/locate.ts'
import { jumpOf } from '../gradients/nearby.ts'
import { leastScale, roundingShare } from '../gradients/subject.ts'
import type { Arrays, Rounding, Trial } from './trial.ts'

export interface Failure {
  /** Expected and found results, in words. */
  readonly message: string
  /** Says where a gradient goes wrong first; undefined where no rule is at fault. Asked of the smallest program alone. */
  readonly locate?: () => Cause | undefined
}

export interface Outcome {
  /** How many comparisons were made. */
  readonly checks: number
  /** How many of them lay on a kink or at a jump. */
  readonly kinks?: number
  readonly failure?: Failure
}

export interface Check {
  readonly name: string
  /** Property that every program has, in one line. */
  readonly claim: string
  /** Subject that other checks judge too: a program that fails one of them may, made smaller, fail another. */
  readonly about?: 'gradients'
  /** Runs the check on every n-th program; by default on each. */
  readonly every?: number
  readonly run: (trial: Trial) => Outcome
}

/**
 * Compares arrays by name: each on its own scale, with a floor from `rounding` that is computed only where a gap seems too large. A gap
 * counts as a kink where the expected result jumps as far between places that differ by rounding alone.
 */
export function compare(
  found: Arrays,
  expected: Arrays,
  tolerance: number,
  what: string,
  rounding: () => Rounding = () => ({ bound: () => [], nearby: () => [] }),
): Outcome {
  const names = Object.keys(expected)
  const largest = Object.values(expected).reduce((most, data) => Math.max(most, sizeOf(data)), leastScale)
  const floor = once(rounding)
  let kinks = 0
  for (const name of names) {
    const [a, b] = [found[name], expected[name]]
    if (a === undefined || a.length !== b.length) {
      return { checks: names.length, failure: { message: `${name} of ${what} is missing or has another size` } }
    }
    const scale = sizeOf(b)
    const firstOff = (slack: (i: number) => number): number =>
      b.findIndex(
        (_: number, i: number) =>
          !(Object.is(a[i], b[i]) || a[i] === b[i] || Math.abs(a[i] - b[i]) <= tolerance * scale + slack(i)),
      )
    if (firstOff(() => 0) < 0) continue
    const { bound, nearby } = floor()
    const bounds = bound(name)
    // Both sides round, and the bound is of first order; no rounding error is a large part of the largest result.
    const slack = (i: number): number => {
      const most = 16 * (bounds[i] ?? 0)
      return most <= roundingShare * largest ? most : roundingShare * largest
    }
    if (firstOff(slack) < 0) continue
    const others = nearby(name)
    const valuesOf = (i: number): number[] => others.map(data => data[i])
    const worst = firstOff(i => slack(i) + jumpOf(b[i], valuesOf(i)))
    if (worst < 0) {
      kinks++
      continue
    }
    const message = `${name}[${worst}] of ${what} is ${a[worst]} and should be ${b[worst]} (scale ${scale.toExponential(2)})`
    return { checks: names.length, kinks, failure: { message } }
  }
  return { checks: names.length, kinks }
}

const sizeOf = (data: ArrayLike<number>): number =>
  Array.from(data).reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 0)

/** Runs checks one after the other, up to the first failure, and adds up their outcomes. */
export function inTurn(steps: Iterable<() => Outcome>): Outcome {
  let checks = 0
  let kinks = 0
  for (const step of steps) {
    const outcome = step()
    checks += outcome.checks
    kinks += outcome.kinks ?? 0
    if (outcome.failure !== undefined) return { checks, kinks, failure: outcome.failure }
  }
  return { checks, kinks }
}

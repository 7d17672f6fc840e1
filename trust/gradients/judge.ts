// Judges one derivative: the slope that the gradient gives along a direction, against dual numbers and against differences.
import { alongDirection, type Direction } from './direction.ts'
import { jumpOf } from './nearby.ts'
import { type Slope, slopeAlong } from './slope.ts'
import type { Subject } from './subject.ts'

export interface Verdict {
  readonly kind: 'right' | 'wrong' | 'kink' | 'jump'
  /** The derivative as the gradient has it, by dual numbers, and by differences: at a kink, the nearer side. */
  readonly gradient: number
  readonly tangent: number
  readonly difference: number
  /** Relative gap to the judge that contradicts more, each in proportion to the gap that it allows. */
  readonly error: number
  readonly judge: JudgeName
  /** The largest relative gap that this judge allows. */
  readonly allowed: number
}

export type JudgeName = 'forward mode' | 'differences'

export interface Bounds {
  /** Size of the gradient on trial, against which a gap is measured. */
  readonly scale: number
  /** The largest relative gap to a difference that passes. */
  readonly tolerance: number
}

/** Largest relative gap to dual numbers that passes: they are exact except for rounding. */
export const exact = 1e-9

/** Slope that differences of numbers near 1 cannot resolve: rounding inside a loss that is nearly 0 causes as much. */
const least = 8 * Number.EPSILON

/** First step of closer differences, tried where the usual ones alone contradict. */
const closest = 2 ** -14

/**
 * Judges the gradient along a direction. A gap below the rounding error of the terms that were summed is none; that error is computed only
 * where a gap seems too large. On a kink dual numbers alone judge, since they take the same branch by convention; at a jump there is no
 * slope, and they alone judge as well. A trusted loss that is not finite gives no answer and counts as a jump. Where rounding decides which
 * branch is taken, the tangent at places nearby is right as well, and that counts as a kink.
 */
export function judge(subject: Subject, direction: Direction, { scale, tolerance }: Bounds): Verdict {
  const { sum: gradient } = alongDirection(subject, direction)
  const tangent = subject.tangent(direction)
  const byTangent = Number.isFinite(tangent) ? Math.abs(gradient - tangent) : Number.POSITIVE_INFINITY
  // A logarithm taken from the logits is finite where the trusted loss, which takes it of the probability, is not: nobody can judge there.
  if (!Number.isFinite(tangent) && !Number.isFinite(subject.at(direction, 0).loss))
    return { kind: 'jump', gradient, tangent, difference: gradient, error: 0, judge: 'forward mode', allowed: exact }
  const sharp = tolerance * Math.max(scale, Math.abs(gradient))
  const first = slopeAlong(subject, direction, { sharp })
  const off = (slope: Slope): number => (slope.kind === 'smooth' ? Math.abs(gradient - slope.value) : Number.NaN)
  // Tries closer differences once the two others agree: the loss may bend so closely that every wider difference steps over it. It may also
  // lie on a kink, and take the same branches again further on to both sides.
  const alone = byTangent <= exact * scale && off(first) > sharp + least
  const closer = alone ? slopeAlong(subject, direction, { sharp, first: closest }) : first
  const nearest = closer.kind === 'kink' || off(closer) < off(first) ? closer : first
  // The trusted loss may take the logarithm of terms that cancel: then its differences are off by more than its last place.
  const isNoisy = alone && off(nearest) > sharp + least
  const rounding = isNoisy ? subject.lossRounding() : 0
  const slope = isNoisy ? slopeAlong(subject, direction, { sharp, rounding }) : nearest
  const [low, high, uncertain] =
    slope.kind === 'smooth'
      ? [slope.value, slope.value, slope.error]
      : slope.kind === 'kink'
        ? [
            Math.min(slope.left.value, slope.right.value),
            Math.max(slope.left.value, slope.right.value),
            Math.max(slope.left.error, slope.right.error),
          ]
        : [gradient, gradient, 0]
  const difference = Math.min(Math.max(gradient, low), high)
  const byDifference = Math.abs(gradient - difference)
  const size = Math.max(scale, Math.abs(difference))
  const within = (floor: number): boolean => {
    const tangentAgrees = byTangent <= exact * size + floor
    const differenceAgrees = byDifference <= tolerance * size + 4 * uncertain + floor + least
    return tangentAgrees && (slope.kind === 'kink' || differenceAgrees)
  }
  const exactly = Number.isFinite(gradient) && within(0)
  const rounded = exactly || (Number.isFinite(gradient) && within(roundingAlong(subject, direction)))
  const furthest = Math.max(byTangent, byDifference)
  const torn = !rounded && byTangent > exact * size && furthest <= jumpAlong(subject, direction, tangent)
  const passed = rounded || torn
  const forward = { judge: 'forward mode', gap: byTangent, allowed: exact } as const
  const differences = { judge: 'differences', gap: byDifference, allowed: tolerance } as const
  // Compares the gaps in units of the gap that each judge allows.
  const further = byTangent / exact < byDifference / tolerance ? differences : forward
  const { judge, gap, allowed } = slope.kind === 'kink' ? forward : further
  return {
    kind: !passed ? 'wrong' : torn ? 'kink' : slope.kind === 'smooth' ? 'right' : slope.kind,
    gradient,
    tangent,
    difference,
    // A gap that rounding explains is not an error.
    error: gap === 0 || (passed && !exactly) ? 0 : gap / size,
    judge,
    allowed,
  }
}

/** Largest gap to the tangent that passes where rounding decides which branch is taken: as the tangent itself jumps. */
export const jumpAlong = (subject: Subject, direction: Direction, tangent: number): number =>
  jumpOf(tangent, subject.tangentsNearby(direction))

/** Bounds the rounding error of the derivative along a direction. */
export function roundingAlong(subject: Subject, direction: Direction): number {
  const bounds = subject.rounding()
  let sum = 0
  for (const [name, d] of direction) {
    const bound = bounds.get(name)
    for (let i = 0; i < d.length; i++) sum += Math.abs(d[i]) * (bound?.[i] ?? 0)
  }
  // The bound is of first order, and the judges round as well.
  return 8 * sum
}

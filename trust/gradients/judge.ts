// One derivative on trial: what the gradient says of a direction, against dual numbers and against differences.
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
  /** The gap to the judge that it is further from, for what that judge allows, relative to the scale. */
  readonly error: number
  readonly judge: JudgeName
  /** The largest relative gap that this judge allows. */
  readonly allowed: number
}

export type JudgeName = 'forward mode' | 'differences'

export interface Bounds {
  /** What a gap is measured against: the size of the gradient that is on trial. */
  readonly scale: number
  /** The largest relative gap to a difference that passes. */
  readonly tolerance: number
}

/** Dual numbers are exact but for rounding; this is what is asked of them. */
export const exact = 1e-9

/** Differences tell no slope of numbers near 1 from one that is flatter by this: rounding inside a loss that is nearly 0 does as much. */
const least = 8 * Number.EPSILON

/** The first step of differences that contradict the others. */
const closest = 2 ** -14

/**
 * Judges the gradient along a direction. A gap below what rounding can do to the terms that were summed is none: it is
 * asked for only where a gap seems too large. On a kink dual numbers alone judge, which take the branch that is ours by convention;
 * at a jump there is no slope, and they alone judge as well. Where the loss that is trusted is not finite there is no answer, which counts as a jump. Where rounding decides which branch is taken, what the tangent is at places nearby is right as well, and counts as a kink.
 */
export function judge(subject: Subject, direction: Direction, { scale, tolerance }: Bounds): Verdict {
  const { sum: gradient } = alongDirection(subject, direction)
  const tangent = subject.tangent(direction)
  const byTangent = Number.isFinite(tangent) ? Math.abs(gradient - tangent) : Number.POSITIVE_INFINITY
  // A logarithm that is taken from the logits is finite where the trusted loss, which takes it of the probability, is not: nobody can judge there.
  if (!Number.isFinite(tangent) && !Number.isFinite(subject.at(direction, 0).loss))
    return { kind: 'jump', gradient, tangent, difference: gradient, error: 0, judge: 'forward mode', allowed: exact }
  const sharp = tolerance * Math.max(scale, Math.abs(gradient))
  const first = slopeAlong(subject, direction, { sharp })
  const off = (slope: Slope): number => (slope.kind === 'smooth' ? Math.abs(gradient - slope.value) : Number.NaN)
  // What bends the loss so closely that every difference steps over it is asked for once the two others agree.
  const alone = byTangent <= exact * scale && off(first) > sharp + least
  const closer = alone ? slopeAlong(subject, direction, { sharp, first: closest }) : first
  const nearest = off(closer) < off(first) ? closer : first
  // A loss that is trusted may take the logarithm of what cancels: then its differences are off by more than its last place.
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
  // In units of what each allows.
  const further = byTangent / exact < byDifference / tolerance ? differences : forward
  const { judge, gap, allowed } = slope.kind === 'kink' ? forward : further
  return {
    kind: !passed ? 'wrong' : torn ? 'kink' : slope.kind === 'smooth' ? 'right' : slope.kind,
    gradient,
    tangent,
    difference,
    // What rounding explains is no error.
    error: gap === 0 || (passed && !exactly) ? 0 : gap / size,
    judge,
    allowed,
  }
}

/** How far a gap to the tangent may be where rounding decides which way something goes: as the tangent itself jumps. */
export const jumpAlong = (subject: Subject, direction: Direction, tangent: number): number =>
  jumpOf(tangent, subject.tangentsNearby(direction))

/** What rounding can do to the derivative along a direction. */
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

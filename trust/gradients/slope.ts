// Estimates the slope of the loss along a direction, by differences that stay on one smooth piece of it.
import { greatest } from '../../dsl/greatest.ts'
import type { Direction } from './direction.ts'
import { type Estimate, oneSided, ridders } from './ridders.ts'
import type { Subject } from './subject.ts'

export type Slope =
  | ({ readonly kind: 'smooth' } & Estimate)
  /** The place lies on a kink: the slopes to the left and to the right. */
  | { readonly kind: 'kink'; readonly left: Estimate; readonly right: Estimate }
  /** The loss jumps here, or is not finite nearby: there is no slope. */
  | { readonly kind: 'jump' }

const largest = 2 ** -5
const smallest = 2 ** -25

export interface SlopeOptions {
  /** Error up to which an estimate counts as sharp. */
  readonly sharp: number
  /** The largest step. */
  readonly first?: number
  /** Rounding error of the loss, where that is more than its last place: smaller differences say nothing. */
  readonly rounding?: number
}

/**
 * Estimates the slope from the largest steps that are small enough for all branches to stay those of the place itself. A first step may be
 * wider than a bend of the loss, and its extrapolation steady all the same, so the next smaller one has to agree. Where no estimate is
 * sharp, the error is the disagreement of the estimates.
 */
export function slopeAlong(
  subject: Subject,
  direction: Direction,
  { sharp, first = largest, rounding = 0 }: SlopeOptions,
): Slope {
  const read = (h: number): number => {
    const { loss, same } = subject.at(direction, h)
    return same ? loss : Number.NaN
  }
  const estimates: Estimate[] = []
  for (let h = first; h >= smallest; h /= 8) {
    // Smaller steps lose more to rounding than a sharp estimate may.
    if (estimates.length > 1 && Math.max(2 * Number.EPSILON * Math.abs(subject.loss), rounding) / h > sharp) break
    if (Number.isNaN(read(h)) || Number.isNaN(read(-h))) continue
    const now = ridders(read, h, rounding)
    if (!Number.isFinite(now.error)) continue
    const before = estimates.at(-1)
    if (before !== undefined) {
      const apart = Math.abs(now.value - before.value)
      const better = now.error < before.error ? now : before
      if (apart <= 4 * (now.error + before.error) && better.error <= sharp) return { kind: 'smooth', ...better }
    }
    estimates.push(now)
  }
  if (estimates.length > 0) {
    const { value, error } = estimates.reduce((best, e) => (e.error < best.error ? e : best))
    const doubts = estimates.map(e => Math.abs(e.value - value) - e.error)
    return { kind: 'smooth', value, error: greatest(doubts, error) }
  }
  const whatever = (h: number): number => subject.at(direction, h).loss
  const step = smallest * 2 ** 10
  const [left, right] = [oneSided(whatever, -step), oneSided(whatever, step)]
  const finite = [left, right].every(e => Number.isFinite(e.value))
  // A jump makes the quotients of the smallest steps huge, and their extrapolations disagree by as much.
  const steady = [left, right].every(e => e.error <= 1e-3 * Math.max(1, Math.abs(e.value)))
  return finite && steady ? { kind: 'kink', left, right } : { kind: 'jump' }
}

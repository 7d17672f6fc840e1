// What no device can do: the plans that it refuses, and what the passes over plans may not count on.
import type { Ability } from '../../plan/passes/planPass.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Precision } from '../backend.ts'
import { splitDraws } from './draws.ts'

/** The points of a kernel run at once: where several write one place, any may be the last. Lookups are then of no use. */
export const lacks: readonly Ability[] = ['ordered writes', 'quick lookups']

/** Tells why no device takes a plan; undefined if one can. */
export function refuses(plan: Plan, precision: Precision): string | undefined {
  if (precision === 'f64') return 'a GPU computes in 32 bits'
  const split = splitDraws(plan)
  return typeof split === 'string' ? split : undefined
}

// What no device takes.
import type { Plan } from '../../plan/plan.ts'
import type { Precision } from '../backend.ts'
import { splitDraws } from './draws.ts'

/** Why no device takes a plan at a precision; undefined where each does. */
export function refuses(plan: Plan, precision: Precision): string | undefined {
  if (precision === 'f64') return 'a GPU computes in 32 bits'
  const split = splitDraws(plan)
  return typeof split === 'string' ? split : undefined
}

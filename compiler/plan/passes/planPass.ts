// A pass over plans: a function from plan to plan, and the promise it makes.
import type { Plan } from '../plan.ts'

/** What not every backend has: kernels whose points write in order, and reads at places from data that cost little more than others. */
export type Ability = 'ordered writes' | 'quick lookups'

export interface PlanPass {
  readonly name: string
  /** The property that the result has, in one line. */
  readonly contract: string
  /** What a backend must have for it; elsewhere the pass is left out. */
  readonly needs?: readonly Ability[]
  /** Returns the new plan, for the same inputs and outputs; unchanged parts are shared. */
  readonly run: (plan: Plan) => Plan
}

// A pass over plans: a function from plan to plan, and the promise it makes.
import type { Plan } from '../plan.ts'

/** The name of a pass that does not suit every backend. */
export type OptionalPass = 'touch-rows' | 'look-up-rows'

export interface PlanPass {
  readonly name: string
  /** The property that the result has, in one line. */
  readonly contract: string
  /** Returns the new plan, for the same inputs and outputs; unchanged parts are shared. */
  readonly run: (plan: Plan) => Plan
}

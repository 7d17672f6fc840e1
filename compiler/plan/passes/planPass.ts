// A pass over plans: a function from plan to plan, and the promise it makes.
import type { Plan } from '../plan.ts'

export interface PlanPass {
  readonly name: string
  /** The property that the result has, in one line. */
  readonly contract: string
  /** Returns the new plan, for the same inputs and outputs; unchanged parts are shared. */
  readonly run: (plan: Plan) => Plan
}

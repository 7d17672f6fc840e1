// A pass over plans: a function from plan to plan, and the promise it makes.
import type { Plan } from '../plan.ts'

export interface PlanPass {
  readonly name: string
  /** What holds of the result, in one line. */
  readonly contract: string
  /** The plan afterwards, for the same inputs and outputs; shares what did not change. */
  readonly run: (plan: Plan) => Plan
}

// The passes over plans in the order they run, and their runner.
import type { Context } from '../../ir/builder.ts'
import type { Plan } from '../plan.ts'
import { verifyPlan } from '../verifyPlan.ts'
import { dropDeadStores } from './dropDeadStores.ts'
import { joinTails } from './joinTails.ts'
import type { PlanPass } from './planPass.ts'
import { shareBuffers } from './shareBuffers.ts'
import { stackCarries } from './stackCarries.ts'
import { updateInPlace } from './updateInPlace.ts'

export const planPasses: readonly PlanPass[] = [dropDeadStores, updateInPlace, stackCarries, joinTails, shareBuffers]

export interface PlanOptions {
  /** Called with the plan after each pass, for dumps; what `lower` made comes first. */
  readonly onPlan?: (pass: string, plan: Plan) => void
  /** The passes that run, if not all. */
  readonly planPasses?: readonly PlanPass[]
}

/** The plan after the passes, verified after each; an error names the pass that broke it. */
export function runPlanPasses(context: Context, lowered: Plan, options: PlanOptions = {}): Plan {
  const check = (pass: string, plan: Plan): Plan => {
    try {
      verifyPlan(context, plan)
    } catch (error) {
      throw new Error(`after ${pass}: ${error instanceof Error ? error.message : String(error)}`)
    }
    options.onPlan?.(pass, plan)
    return plan
  }
  return (options.planPasses ?? planPasses).reduce(
    (plan, pass) => check(pass.name, pass.run(plan)),
    check('lower-graph', lowered),
  )
}

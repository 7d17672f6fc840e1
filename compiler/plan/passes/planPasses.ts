// The passes over plans in the order they run, and their runner.
import { messageOf } from '../../../dsl/messageOf.ts'
import type { Context } from '../../ir/builder.ts'
import type { Plan } from '../plan.ts'
import { verifyPlan } from '../verifyPlan.ts'
import { dropDeadStores } from './dropDeadStores.ts'
import { joinTails } from './joinTails.ts'
import { lookUpRows } from './lookUpRows.ts'
import type { Ability, PlanPass } from './planPass.ts'
import { shareBuffers } from './shareBuffers.ts'
import { stackCarries } from './stackCarries.ts'
import { touchRows } from './touchRows.ts'
import { updateInPlace } from './updateInPlace.ts'

export const planPasses: readonly PlanPass[] = [
  dropDeadStores,
  updateInPlace,
  touchRows,
  lookUpRows,
  stackCarries,
  joinTails,
  shareBuffers,
]

export interface PlanOptions {
  /** Called for dumps with the plan that `lowerGraph` made, and with that after each pass. */
  readonly onPlan?: (pass: string, plan: Plan) => void
  /** The passes to run; all by default. */
  readonly planPasses?: readonly PlanPass[]
  /** What the backend lacks; nothing if left out. */
  readonly lacks?: readonly Ability[]
}

/** Runs passes on a plan and verifies it after each; an error names the pass that broke it. */
export function runPlanPasses(context: Context, lowered: Plan, options: PlanOptions = {}): Plan {
  const check = (pass: string, plan: Plan): Plan => {
    try {
      verifyPlan(context, plan)
    } catch (error) {
      throw new Error(`after ${pass}: ${messageOf(error)}`)
    }
    options.onPlan?.(pass, plan)
    return plan
  }
  const isLeftOut = ({ needs }: PlanPass): boolean => needs?.some(ability => options.lacks?.includes(ability)) ?? false
  return (options.planPasses ?? planPasses).reduce(
    (plan, pass) => check(pass.name, isLeftOut(pass) ? plan : pass.run(plan)),
    check('lower-graph', lowered),
  )
}

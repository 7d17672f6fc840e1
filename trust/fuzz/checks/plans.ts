// The plan of a graph gives the results of the graph, after each pass over plans, and in any order of the points of a kernel.
import { plan } from '../../../compiler/index.ts'
import { interpretPlan, type Order, type PlanRun } from '../../../compiler/plan/interpretPlan.ts'
import type { Plan } from '../../../compiler/plan/plan.ts'
import type { OwnGraph } from '../../gradients/subject.ts'
import { type Check, compare, inTurn, type Outcome } from '../fuzzCheck.ts'
import { interpreted, roundingOf, type Trial } from '../trial.ts'
import { type AgreementGraph, agreementGraphs, graphFor, oracleOf } from './agreement.ts'

export const plans: Check = {
  name: 'plans',
  claim:
    'the plan, after each plan pass, agrees with the interpreter of its graph, in whatever order the points of a kernel are visited',
  every: 4,
  run: trial => inTurn(agreementGraphs(trial).map(name => () => stagesAgree(trial, name))),
}

function stagesAgree(trial: Trial, name: AgreementGraph): Outcome {
  const { model, tested, batch, inputs } = trial
  const own: OwnGraph = { context: model.context, graph: graphFor(model, name, tested.pipeline) }
  const all = { ...inputs, ...oracleOf(trial, name).starts }
  const [[, lowered], ...others] = stagesOf(trial, own)
  const run = (made: Plan, order?: Order): PlanRun => interpretPlan(own.context, made, all, batch.sizes, order)
  const expected = run(lowered).outputs
  const steps = others.map(([pass, made]) => (): Outcome => {
    // The passes move numbers and compute none.
    return compare(run(made, shuffled(trial)).outputs, expected, 0, `${name} after ${pass}, plan interpreter`)
  })
  return inTurn([
    () => {
      const results = interpreted(own, batch.sizes, all)
      return compare(expected, results, 1e-12, `the plan of ${name}, plan interpreter`, () =>
        roundingOf(own, batch.sizes, all),
      )
    },
    ...steps,
  ])
}

/** The plan of a graph before the passes over plans, and after each. */
function stagesOf(
  { tested: { planPasses } }: Pick<Trial, 'tested'>,
  { context, graph }: OwnGraph,
): readonly (readonly [string, Plan])[] {
  const stages: [string, Plan][] = []
  plan(context, graph, { planPasses, onPlan: (pass, made) => stages.push([pass, made]) })
  return stages
}

/** A random order. */
const shuffled =
  ({ draw }: Trial): Order =>
  count => {
    const places = Array.from({ length: count }, (_, i) => i)
    for (let i = count - 1; i > 0; i--) {
      const j = Math.floor(draw() * (i + 1))
      ;[places[i], places[j]] = [places[j], places[i]]
    }
    return places
  }

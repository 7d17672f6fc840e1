// From a graph to something that runs: plan → executable.
import { fail } from '../dsl/diagnostics.ts'
import type { AnyExecutable, Loader, Precision } from './backend/backend.ts'
import type { Context } from './ir/builder.ts'
import type { Graph } from './ir/graph.ts'
import { lowerGraph } from './plan/lowerGraph.ts'
import { type PlanOptions, runPlanPasses } from './plan/passes/planPasses.ts'
import type { Plan } from './plan/plan.ts'

/** The plan of a graph: what runs, and what is shown. */
export const plan = (context: Context, graph: Graph, options: PlanOptions = {}): Plan =>
  runPlanPasses(context, lowerGraph(context, graph), options)

/** A graph ready to run on a backend. Throws RnnError (RNN505) with the reason where the backend cannot take it. */
export function load<E extends AnyExecutable>(
  context: Context,
  graph: Graph,
  backend: Loader<E>,
  precision: Precision,
): E {
  return loadPlan(plan(context, graph), backend, precision)
}

/** A plan ready to run on a backend. RNN505 as for `load`. */
export function loadPlan<E extends AnyExecutable>(made: Plan, backend: Loader<E>, precision: Precision): E {
  checkTaken(backend, made, precision)
  return backend.load(made, precision)
}

/** RNN505, with the reason, for a plan that a backend cannot take. */
export function checkTaken(
  backend: Pick<Loader<AnyExecutable>, 'name' | 'refuses'>,
  made: Plan,
  precision: Precision,
): void {
  const reason = backend.refuses(made, precision)
  if (reason !== undefined) fail('RNN505', { option: `backend for this model (${reason})`, value: backend.name })
}

// Turns a graph into a plan, and a plan into an executable.
import { fail } from '../dsl/diagnostics.ts'
import type { AnyExecutable, Loader, Precision } from './backend/backend.ts'
import type { Context } from './ir/builder.ts'
import type { Graph } from './ir/graph.ts'
import { lowerGraph } from './plan/lowerGraph.ts'
import { type PlanOptions, runPlanPasses } from './plan/passes/planPasses.ts'
import type { Plan } from './plan/plan.ts'

/** Makes the plan of a graph, which is both run and shown. */
export const plan = (context: Context, graph: Graph, options: PlanOptions = {}): Plan =>
  runPlanPasses(context, lowerGraph(context, graph), options)

/** Makes the plan of a graph for a backend: without what the passes that do not suit it would change. */
export const planFor = (
  { lacks }: Pick<Loader<AnyExecutable>, 'lacks'>,
  context: Context,
  graph: Graph,
  options: PlanOptions = {},
): Plan => plan(context, graph, { ...options, ...(lacks && { lacks }) })

/** Prepares a graph to run on a backend. Throws RnnError (RNN505) with the reason if the backend cannot take it. */
export function load<E extends AnyExecutable>(
  context: Context,
  graph: Graph,
  backend: Loader<E>,
  precision: Precision,
): E {
  return loadPlan(planFor(backend, context, graph), backend, precision)
}

/** Prepares a plan to run on a backend. Throws RNN505 as `load` does. */
export function loadPlan<E extends AnyExecutable>(made: Plan, backend: Loader<E>, precision: Precision): E {
  checkTaken(backend, made, precision)
  return backend.load(made, precision)
}

/** Throws RNN505, with the reason, for a plan that a backend cannot take. */
export function checkTaken(
  backend: Pick<Loader<AnyExecutable>, 'name' | 'refuses'>,
  made: Plan,
  precision: Precision,
): void {
  const reason = backend.refuses(made, precision)
  if (reason !== undefined) fail('RNN505', { option: `backend for this model (${reason})`, value: backend.name })
}

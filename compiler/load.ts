// From a graph to something that runs: plan → executable.
import { fail } from '../dsl/diagnostics.ts'
import type { Loader, Precision } from './backend/backend.ts'
import type { Context } from './ir/builder.ts'
import type { Graph } from './ir/graph.ts'
import { joinTails } from './plan/joinTails.ts'
import { makePlan } from './plan/lower.ts'
import type { Plan } from './plan/plan.ts'
import { shareBuffers } from './plan/shareBuffers.ts'
import { updateInPlace } from './plan/updateInPlace.ts'

/** The plan of a graph: what runs, and what is shown. */
export function plan(context: Context, graph: Graph): Plan {
  const made = makePlan(context, graph)
  return shareBuffers(joinTails(graph.inPlace ? updateInPlace(made) : made))
}

/** A graph ready to run on a backend. Throws RnnError (RNN505) with the reason where the backend cannot take it. */
export function load<E>(context: Context, graph: Graph, backend: Loader<E>, precision: Precision): E {
  return loadPlan(plan(context, graph), backend, precision)
}

/** A plan ready to run on a backend. RNN505 as for `load`. */
export function loadPlan<E>(made: Plan, backend: Loader<E>, precision: Precision): E {
  checkTaken(backend, made, precision)
  return backend.load(made, precision)
}

/** RNN505, with the reason, for a plan that a backend cannot take. */
export function checkTaken(backend: Pick<Loader<unknown>, 'name' | 'refuses'>, made: Plan, precision: Precision): void {
  const reason = backend.refuses(made, precision)
  if (reason !== undefined) fail('RNN505', { option: `backend for this model (${reason})`, value: backend.name })
}

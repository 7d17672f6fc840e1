// Finds the values that another value is computed from.
import type { Eqn, Value } from '../../ir/graph.ts'

/** Gives the ids of all values that `from` is computed from, itself included; does not look behind the ids in `stop`. */
export function reached(eqns: readonly Eqn[], from: Value, stop: ReadonlySet<number> = new Set()): ReadonlySet<number> {
  const found = new Set([from.id])
  for (const eqn of [...eqns].reverse()) {
    if (eqn.outs.some(v => found.has(v.id) && !stop.has(v.id))) for (const v of eqn.ins) found.add(v.id)
  }
  return found
}

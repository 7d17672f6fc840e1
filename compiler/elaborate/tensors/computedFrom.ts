// Which values another is computed from.
import type { Eqn, Value } from '../../ir/graph.ts'

/** The ids of all values that `from` is computed from, itself included; what is in `stop` is not looked behind. */
export function reached(eqns: readonly Eqn[], from: Value, stop: ReadonlySet<number> = new Set()): ReadonlySet<number> {
  const found = new Set([from.id])
  for (const eqn of [...eqns].reverse()) {
    if (eqn.outs.some(v => found.has(v.id) && !stop.has(v.id))) for (const v of eqn.ins) found.add(v.id)
  }
  return found
}

// Finds the values that others are computed from, and those that are computed from others, in the equations of one block.
import type { Eqn, Value } from './graph.ts'

/** The ids of `values` and of all values that they are computed from; does not look behind the ids in `stop`. */
export function ancestors(
  eqns: readonly Eqn[],
  values: readonly Value[],
  stop: ReadonlySet<number> = new Set(),
): ReadonlySet<number> {
  const found = new Set(values.map(v => v.id))
  for (const eqn of eqns.toReversed()) {
    if (eqn.outs.some(v => found.has(v.id) && !stop.has(v.id))) for (const v of eqn.ins) found.add(v.id)
  }
  return found
}

/** The ids of `values` and of all values that are computed from them. */
export function dependents(eqns: readonly Eqn[], values: readonly Value[]): ReadonlySet<number> {
  const found = new Set(values.map(v => v.id))
  for (const eqn of eqns) {
    if (eqn.ins.some(v => found.has(v.id))) for (const out of eqn.outs) found.add(out.id)
  }
  return found
}

// Collects equations with those that they depend on.
import type { Eqn, Value } from '../ir/graph.ts'

/** Adds an equation to `found`, with all equations that it depends on by `makerOf`. */
export function addNeeded(found: Set<Eqn>, first: Eqn | undefined, makerOf: (value: Value) => Eqn | undefined): void {
  const pending = [first]
  while (pending.length > 0) {
    const eqn = pending.pop()
    if (eqn === undefined || found.has(eqn)) continue
    found.add(eqn)
    for (const value of eqn.ins) pending.push(makerOf(value))
  }
}

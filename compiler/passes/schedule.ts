// Orders equations so that each comes after what it needs, and otherwise as they were.
import type { Eqn, Value } from '../ir/graph.ts'

/** Throws a plain Error if two equations need each other. */
export function scheduled(eqns: readonly Eqn[]): readonly Eqn[] {
  const makers = new Map(eqns.flatMap(eqn => eqn.outs.map(out => [out.id, eqn] as const)))
  const done = new Set<Eqn>()
  const open = new Set<Eqn>()
  const order: Eqn[] = []
  for (const eqn of eqns) {
    // A list in place of recursion: chains of equations are longer than the stack is deep.
    const pending = [eqn]
    while (pending.length > 0) {
      const next = pending[pending.length - 1]
      const missing = done.has(next) ? [] : next.ins.flatMap(v => makers.get(v.id) ?? []).filter(e => !done.has(e))
      if (missing.length === 0) {
        pending.pop()
        if (done.has(next)) continue
        done.add(next)
        order.push(next)
        continue
      }
      if (open.has(next)) throw new Error(`%${next.outs[0].id} (${next.outs[0].hint}) needs itself`)
      open.add(next)
      for (const eqn of missing.reverse()) pending.push(eqn)
    }
  }
  return order
}

/** The ids of all values that depend on `sources`, those included. */
export function dependents(eqns: readonly Eqn[], sources: readonly Value[]): ReadonlySet<number> {
  const reached = new Set(sources.map(v => v.id))
  for (const eqn of eqns) {
    if (eqn.ins.some(v => reached.has(v.id))) for (const out of eqn.outs) reached.add(out.id)
  }
  return reached
}

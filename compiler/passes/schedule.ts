// Sorts equations topologically, and otherwise keeps their order.
import type { Eqn, Value } from '../ir/graph.ts'

/** Returns the equations with each after those that make its operands. Throws a plain Error if two need each other. */
export function scheduled(eqns: readonly Eqn[]): readonly Eqn[] {
  const makers = new Map(eqns.flatMap(eqn => eqn.outs.map(out => [out.id, eqn] as const)))
  const done = new Set<Eqn>()
  const open = new Set<Eqn>()
  const order: Eqn[] = []
  for (const eqn of eqns) {
    // Uses a list in place of recursion: long chains of equations would overflow the call stack.
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

/** The ids of `sources` and of all values that depend on them. */
export function dependents(eqns: readonly Eqn[], sources: readonly Value[]): ReadonlySet<number> {
  const reached = new Set(sources.map(v => v.id))
  for (const eqn of eqns) {
    if (eqn.ins.some(v => reached.has(v.id))) for (const out of eqn.outs) reached.add(out.id)
  }
  return reached
}

// Sorts equations topologically, and otherwise keeps their order.
import { type Eqn, makersOf } from '../ir/graph.ts'

/** Returns the equations with each after those that make its operands. Throws a plain Error if two need each other. */
export function topologicalOrder(eqns: readonly Eqn[]): readonly Eqn[] {
  const makers = makersOf(eqns)
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

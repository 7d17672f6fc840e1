// Chooses inputs that are stored end to end, so that their concatenation is one buffer and no run copies it.
import type { Block, Eqn, Value } from '../ir/graph.ts'

/** Finds concatenations of parameters along their first axis; a parameter is in one of them at most. */
export function storedJoined(block: Block): ReadonlyMap<Eqn, readonly Value[]> {
  const params = new Set(block.params)
  const taken = new Set<Value>()
  const joined = new Map<Eqn, readonly Value[]>()
  for (const eqn of block.eqns) {
    if (eqn.op !== 'concat' || eqn.attrs.axis !== -eqn.outs[0].shape.length) continue
    const free =
      eqn.ins.every(v => v.dtype === 'real' && params.has(v) && !taken.has(v)) &&
      new Set(eqn.ins).size === eqn.ins.length
    if (!free) continue
    for (const v of eqn.ins) taken.add(v)
    joined.set(eqn, eqn.ins)
  }
  return joined
}

// Rebuilds equations and blocks with other operands and bodies. What stays as it is stays the same object, so that passes can tell.
import type { Block, Eqn, Value } from '../ir/graph.ts'

/** Replaces values that have a replacement; returns the same list where none has. */
export const renamed = (values: readonly Value[], replaced: ReadonlyMap<number, Value>): readonly Value[] =>
  values.some(v => replaced.has(v.id)) ? values.map(v => replaced.get(v.id) ?? v) : values

/** Changes the body of an equation, if it has one; returns the same equation where that stays. */
export function withBody(eqn: Eqn, change: (body: Block) => Block): Eqn {
  const body = eqn.body && change(eqn.body)
  return body === undefined || body === eqn.body ? eqn : { ...eqn, body }
}

/** Replaces the operands of an equation and changes its body; returns the same equation where both stay. */
export function renewed(eqn: Eqn, replaced: ReadonlyMap<number, Value>, change: (body: Block) => Block): Eqn {
  const ins = renamed(eqn.ins, replaced)
  return withBody(ins === eqn.ins ? eqn : { ...eqn, ins }, change)
}

/** The block with other equations and results; the same block where all are those that it has. */
export function rebuilt(block: Block, eqns: readonly Eqn[], results: readonly Value[] = block.results): Block {
  const same = results === block.results && eqns.length === block.eqns.length
  return same && eqns.every((eqn, i) => eqn === block.eqns[i]) ? block : { ...block, eqns, results }
}

/** Changes the bodies of a block's loops; returns the same block where all stay. */
export const mapBodies = (block: Block, change: (scan: Eqn, body: Block) => Block): Block =>
  rebuilt(
    block,
    block.eqns.map(eqn => withBody(eqn, body => change(eqn, body))),
  )

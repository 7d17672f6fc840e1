// Replaces loops by what does the same.
import { type Builder, type Context, createBuilder } from '../ir/builder.ts'
import type { Block, Eqn, Value } from '../ir/graph.ts'
import { rebuilt, renamed, renewed } from './rebuild.ts'

/** Replaces each scan by the results of `emit`, unless it returns undefined; inside other loops too, if `within`. */
export function replaceScans(
  context: Context,
  block: Block,
  emit: (b: Builder, scan: Eqn) => readonly Value[] | undefined,
  within: boolean,
): Block {
  const b = createBuilder(context, value => value)
  const replaced = new Map<number, Value>()
  for (const old of block.eqns) {
    const eqn = renewed(old, replaced, body => (within ? replaceScans(context, body, emit, within) : body))
    b.note = { hint: old.outs[0]?.hint, span: old.span }
    const found = eqn.body && emit(b, eqn)
    if (found === undefined) b.eqns.push(eqn)
    for (const [i, value] of (found ?? []).entries()) replaced.set(old.outs[i].id, value)
  }
  return rebuilt(block, b.eqns, renamed(block.results, replaced))
}

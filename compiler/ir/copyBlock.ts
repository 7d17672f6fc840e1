// Copies blocks: a value is defined once in a graph, so each copy gets new ones.
import { type Builder, type Context, newValue } from './builder.ts'
import type { Block, Value } from './graph.ts'

/** Copies a block with new values, those of the bodies inside it too. */
export function copyBlock(context: Context, block: Block): Block {
  const copies = new Map<number, Value>()
  const copy = (value: Value): Value => {
    const mine = newValue(context, value, value)
    copies.set(value.id, mine)
    return mine
  }
  const copied = (value: Value): Value => copies.get(value.id) ?? value
  const params = block.params.map(copy)
  const eqns = block.eqns.map(eqn => ({
    ...eqn,
    ins: eqn.ins.map(copied),
    outs: eqn.outs.map(copy),
    ...(eqn.body && { body: copyBlock(context, eqn.body) }),
  }))
  return { params, eqns, results: block.results.map(copied) }
}

/** Emits a block's equations with `args` in place of its parameters, and returns its results. */
export function emitBlock(b: Builder, block: Block, args: readonly Value[]): readonly Value[] {
  const known = new Map(block.params.map((param, i) => [param.id, args[i]]))
  const standsFor = (value: Value): Value => known.get(value.id) ?? value
  for (const { op, ins, attrs, outs, body, span } of block.eqns) {
    const made = b.emitAll(op, ins.map(standsFor), attrs, body && copyBlock(b.context, body), { span })
    for (const [i, value] of made.entries()) {
      value.hint = outs[i].hint
      known.set(outs[i].id, value)
    }
  }
  return block.results.map(standsFor)
}

// A block a second time: values are defined once in a graph, so a copy has its own.
import { type Context, newValue } from './builder.ts'
import type { Block, Value } from './graph.ts'

/** The block with values of its own, those of bodies inside it too. */
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

// Copies blocks: a value is defined once in a graph, so each copy gets new ones.
import { type Builder, type Context, newValue } from './builder.ts'
import type { Dim } from './dim.ts'
import type { Attr, Block, Value } from './graph.ts'
import { isDim, isDims } from './ops/attributes.ts'

/** Copies a block with new values, those of the bodies inside it too; `resize` may change every size in it. */
export function copyBlock(context: Context, block: Block, resize: (dim: Dim) => Dim = dim => dim): Block {
  const copies = new Map<number, Value>()
  const copy = (value: Value): Value => {
    const mine = newValue(context, { dtype: value.dtype, shape: value.shape.map(resize) }, value)
    copies.set(value.id, mine)
    return mine
  }
  const copied = (value: Value): Value => copies.get(value.id) ?? value
  const params = block.params.map(copy)
  const eqns = block.eqns.map(eqn => ({
    ...eqn,
    attrs: Object.fromEntries(Object.entries(eqn.attrs).map(([name, attr]) => [name, resized(attr, resize)])),
    ins: eqn.ins.map(copied),
    outs: eqn.outs.map(copy),
    ...(eqn.body && { body: copyBlock(context, eqn.body, resize) }),
  }))
  return { params, eqns, results: block.results.map(copied) }
}

function resized(attr: Attr, resize: (dim: Dim) => Dim): Attr {
  if (isDim(attr)) return resize(attr)
  return isDims(attr) ? attr.map(resize) : attr
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

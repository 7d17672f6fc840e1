// sliceGraph: extracts the equations that compute some values from others as a separate graph.
import type { Builder, Context } from '../ir/builder.ts'
import { createBuilder } from '../ir/builder.ts'
import type { Eqn, Graph, Value } from '../ir/graph.ts'

interface Named {
  readonly name: string
  readonly value: Value
}

/** Extracts the equations between `inputs` and `outputs`. Throws a plain Error if an output needs another parameter of the block. */
export function sliceGraph(
  context: Context,
  block: Builder,
  name: string,
  inputs: readonly Named[],
  outputs: readonly Named[],
): Graph {
  const start = new Set(inputs.map(i => i.value.id))
  const needed = new Set(outputs.map(o => o.value.id))
  const kept: Eqn[] = []
  for (const eqn of [...block.eqns].reverse()) {
    if (!eqn.outs.some(v => needed.has(v.id) && !start.has(v.id))) continue
    kept.unshift(eqn)
    for (const v of eqn.ins) needed.add(v.id)
  }
  const parameter = block.params.find(p => needed.has(p.id) && !start.has(p.id))
  if (parameter !== undefined) throw new Error(`${name} needs ${parameter.hint} itself`)
  const params = inputs.map(i => i.value)
  const slice = createBuilder(context, undefined, { params, eqns: kept, results: [] })
  return {
    ...slice.finish(outputs.map(o => o.value)),
    name,
    inputs: inputs.map(i => i.name),
    outputs: outputs.map(o => o.name),
  }
}

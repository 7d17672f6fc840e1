// sliceGraph: extracts the equations that compute some values from others as a separate graph.
import { ancestors } from '../ir/ancestors.ts'
import type { Builder, Context } from '../ir/builder.ts'
import { createBuilder } from '../ir/builder.ts'
import type { Graph, NamedValue, Value } from '../ir/graph.ts'

/** Extracts the equations between `inputs` and `outputs`. Throws a plain Error if an output needs another parameter of the block. */
export function sliceGraph(
  context: Context,
  block: Builder,
  name: string,
  inputs: readonly NamedValue[],
  outputs: readonly NamedValue[],
): Graph {
  const start = new Set(inputs.map(i => i.value.id))
  const results = outputs.map(o => o.value)
  const needed = ancestors(block.eqns, results, start)
  const isInside = (value: Value): boolean => needed.has(value.id) && !start.has(value.id)
  const parameter = block.params.find(isInside)
  if (parameter !== undefined) throw new Error(`${name} needs ${parameter.hint} itself`)
  const params = inputs.map(i => i.value)
  const eqns = block.eqns.filter(e => e.outs.some(isInside))
  const slice = createBuilder(context, undefined, { params, eqns, results: [] })
  return {
    ...slice.finish(results),
    name,
    inputs: inputs.map(i => i.name),
    outputs: outputs.map(o => o.name),
  }
}

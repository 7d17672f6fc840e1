// grad: adds the gradient of a scalar output to a graph, starting from a cotangent of 1.
import { adjoint } from '../ir/adjoint.ts'
import { type Builder, type Context, createBuilder, scalar, zerosLike } from '../ir/builder.ts'
import type { Graph, Value } from '../ir/graph.ts'

/** Returns a builder that continues the graph, and in it the gradient of the output `loss` for each input in `wanted`. */
export function grad(
  context: Context,
  graph: Graph,
  loss: string,
  wanted: readonly string[],
): { builder: Builder; gradients: ReadonlyMap<string, Value> } {
  const builder = createBuilder(context, undefined, graph)
  const result = graph.results[graph.outputs.indexOf(loss)]
  if (result === undefined || result.shape.length > 0) throw new Error(`${graph.name} has no scalar output ${loss}`)
  const inputs = wanted.map(name => graph.params[graph.inputs.indexOf(name)])
  const found = adjoint(builder, builder, new Map([[result.id, scalar(builder, 1)]]), inputs)
  const gradients = new Map(wanted.map((name, i) => [name, found.get(inputs[i].id) ?? zerosLike(builder, inputs[i])]))
  for (const [name, value] of gradients) if (value.hint === '') value.hint = `d_${name}`
  return { builder, gradients }
}

// grad: adds the cotangents of inputs of a graph, given that of one scalar output is 1.
import { adjoint } from '../ir/adjoint.ts'
import { type Builder, type Context, createBuilder, scalar, zerosLike } from '../ir/builder.ts'
import type { Graph, Value } from '../ir/graph.ts'

/** A builder that goes on after the graph, and in it the gradient of the output `loss` for each input named. */
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

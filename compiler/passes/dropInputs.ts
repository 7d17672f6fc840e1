// dropInputs: removes inputs that no equation reads, such as targets in a graph of predictions.
import type { Graph } from '../ir/graph.ts'

export function dropInputs(graph: Graph): Graph {
  const read = new Set([...graph.eqns.flatMap(e => e.ins), ...graph.results].map(v => v.id))
  const kept = [...graph.params.keys()].filter(i => read.has(graph.params[i].id))
  return { ...graph, params: kept.map(i => graph.params[i]), inputs: kept.map(i => graph.inputs[i]) }
}

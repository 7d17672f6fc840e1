// Executables that several streams share, which run one after the other: each graph is loaded once.
import type { Executable } from '../../compiler/backend/backend.ts'
import type { Graph } from '../../compiler/index.ts'

/** Makes the function that loads a graph on first use. */
export function sharedExecutables(load: (graph: Graph) => Executable): (graph: Graph) => Executable {
  const loaded = new Map<Graph, Executable>()
  return graph => {
    const executable = loaded.get(graph) ?? load(graph)
    loaded.set(graph, executable)
    return executable
  }
}

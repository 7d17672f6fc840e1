// Executables that several streams share, which run one after the other: each graph is loaded once.
import type { Backend, Executable, Precision } from '../../compiler/backend/backend.ts'
import { type Graph, load } from '../../compiler/index.ts'
import type { Context } from '../../compiler/ir/builder.ts'

/** Makes the function that loads a graph on first use. */
export function sharedExecutables(
  context: Context,
  backend: Backend,
  precision: Precision,
): (graph: Graph) => Executable {
  const loaded = new Map<Graph, Executable>()
  return graph => {
    const executable = loaded.get(graph) ?? load(context, graph, backend, precision)
    loaded.set(graph, executable)
    return executable
  }
}

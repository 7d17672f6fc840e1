// Executables that several streams share, which run one after the other: each graph is loaded once.
import type { Executable } from '../../compiler/backend/backend.ts'
import type { Graph } from '../../compiler/index.ts'

/** Does something with a function that loads a graph on first use, and gives back the memory of all of them, also after an error. */
export function withSharedExecutables<T>(
  load: (graph: Graph) => Executable,
  use: (executableOf: (graph: Graph) => Executable) => T,
): T {
  const loaded = new Map<Graph, Executable>()
  try {
    return use(graph => {
      const executable = loaded.get(graph) ?? load(graph)
      loaded.set(graph, executable)
      return executable
    })
  } finally {
    for (const executable of loaded.values()) executable.dispose?.()
  }
}

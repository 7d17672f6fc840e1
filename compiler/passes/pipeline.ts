// The passes in the order they run, and their runner.
import type { Context } from '../ir/builder.ts'
import type { Graph } from '../ir/graph.ts'
import { verify } from '../ir/verify.ts'
import { cse } from './cse.ts'
import { dce } from './dce.ts'
import type { Pass } from './pass.ts'
import { simplify } from './simplify.ts'

/** Before the gradient: what it would differentiate for nothing goes, and logarithms get stable. */
export const forwardPasses: readonly Pass[] = [simplify, cse, dce]

/** After the gradient. */
export const backwardPasses: readonly Pass[] = [simplify, cse, dce]

export interface RunOptions {
  /** Called with the graph after each pass, for dumps. */
  readonly onDump?: (pass: string, graph: Graph) => void
}

/** The graph after the passes, verified after each; an error names the pass that broke it. */
export function runPasses(context: Context, graph: Graph, passes: readonly Pass[], options: RunOptions = {}): Graph {
  let after = graph
  for (const pass of passes) {
    after = { ...after, ...pass.run(context, after) }
    try {
      verify(context, after)
    } catch (error) {
      throw new Error(`after ${pass.name}: ${error instanceof Error ? error.message : String(error)}`)
    }
    options.onDump?.(pass.name, after)
  }
  return after
}

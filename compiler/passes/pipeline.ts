// The passes in the order they run, and their runner.
import type { Context } from '../ir/builder.ts'
import type { Graph } from '../ir/graph.ts'
import { verify } from '../ir/verify.ts'
import { cse } from './cse.ts'
import { dce } from './dce.ts'
import { fuseBiases } from './fuseBiases.ts'
import { fuseGates } from './fuseGates.ts'
import { groupTerms } from './groupTerms.ts'
import { hoist } from './hoist.ts'
import type { Pass } from './pass.ts'
import { simplify } from './simplify.ts'
import { sink } from './sink.ts'
import { splitConcat } from './splitConcat.ts'
import { throughGather } from './throughGather.ts'

/** All passes that there are, each once. */
export const passes: readonly Pass[] = [
  simplify,
  cse,
  fuseGates,
  splitConcat,
  groupTerms,
  hoist,
  fuseBiases,
  throughGather,
  sink,
  dce,
]

export interface Pipeline {
  readonly name: string
  /** Before the gradient: what it would differentiate for nothing goes, and logarithms get stable. */
  readonly forward: readonly Pass[]
  /** After the gradient. */
  readonly backward: readonly Pass[]
}

export const standard: Pipeline = {
  name: 'standard',
  forward: [
    simplify,
    cse,
    fuseGates,
    splitConcat,
    groupTerms,
    hoist,
    simplify,
    fuseGates,
    fuseBiases,
    throughGather,
    simplify,
    cse,
    dce,
  ],
  backward: [simplify, cse, sink, simplify, cse, dce],
}

/** No pass at all: what every other pipeline must agree with. */
export const naive: Pipeline = { name: 'naive', forward: [], backward: [] }

/** Every pipeline, those of a single pass among them. */
export const pipelines: readonly Pipeline[] = [
  naive,
  ...passes.map(pass => ({ name: `${pass.name} alone`, forward: [pass], backward: [pass] })),
  standard,
]

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

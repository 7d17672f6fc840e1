// The passes in the order they run, and their runner.
import { messageOf } from '../../dsl/messageOf.ts'
import type { Context } from '../ir/builder.ts'
import type { Graph } from '../ir/graph.ts'
import { verify } from '../ir/verify.ts'
import { checkpoint } from './checkpoint.ts'
import { cse } from './cse.ts'
import { dce } from './dce.ts'
import { dropOnes } from './dropOnes.ts'
import type { WindowSize } from './emitWindows.ts'
import { fuseBiases } from './fuseBiases.ts'
import { fuseGates } from './fuseGates.ts'
import { groupTerms } from './groupTerms.ts'
import { hoist } from './hoist.ts'
import { holdStates } from './holdStates.ts'
import type { Pass } from './pass.ts'
import { simplify } from './simplify.ts'
import { sink } from './sink.ts'
import { splitConcat } from './splitConcat.ts'
import { throughGather } from './throughGather.ts'
import { unroll } from './unroll.ts'
import { weaken } from './weaken.ts'

/** Every pass once; those with a size get a small one. */
export const passes: readonly Pass[] = [
  simplify,
  cse,
  holdStates,
  fuseGates,
  splitConcat,
  groupTerms,
  hoist,
  fuseBiases,
  throughGather,
  sink,
  weaken,
  dce,
  dropOnes,
  checkpoint(2),
  unroll(2),
]

export interface Pipeline {
  readonly name: string
  /** Runs before the gradient: removes equations that would be differentiated for nothing, and makes logarithms stable. */
  readonly forward: readonly Pass[]
  /** Runs after the gradient. */
  readonly backward: readonly Pass[]
}

/** The standard passes, with further ones that run on loops while these are as in the source. */
const standardWith = (name: string, loops: readonly Pass[]): Pipeline => ({
  name,
  forward: [
    cse, // First, so that one value written twice, its operands exchanged, is not rewritten into two that differ in the last bit.
    simplify,
    cse,
    holdStates,
    ...loops,
    fuseGates,
    splitConcat,
    groupTerms,
    hoist,
    sink,
    simplify,
    fuseGates,
    fuseBiases,
    hoist,
    throughGather,
    simplify,
    cse,
    dce,
  ],
  backward: [weaken, simplify, cse, sink, simplify, cse, dce],
})

export const standard = standardWith('standard', [])

/** The standard passes with a gradient that saves the carries between windows and recomputes each window. */
export const checkpointed = (size: WindowSize): Pipeline => standardWith(`checkpoint ${size}`, [checkpoint(size)])

/** The standard passes on loops that do `steps` steps at a time. */
const unrolled = (steps: number): Pipeline => standardWith(`unroll ${steps}`, [unroll(steps)])

/** The same pipeline without `weaken`, for a gradient that is differentiated again. */
export const differentiable = ({ backward, ...rest }: Pipeline): Pipeline => ({
  ...rest,
  backward: backward.filter(pass => pass !== weaken),
})

/** No pass at all: the reference for every other pipeline. */
export const naive: Pipeline = { name: 'naive', forward: [], backward: [] }

/** Every pipeline, those of a single pass among them. */
export const pipelines: readonly Pipeline[] = [
  naive,
  ...passes.map(pass => ({ name: `${pass.name} alone`, forward: [pass], backward: [pass] })),
  standard,
  checkpointed(2),
  checkpointed('root'),
  unrolled(2),
]

export interface RunOptions {
  /** Called with the graph after each pass, for dumps. */
  readonly onDump?: (pass: string, graph: Graph) => void
}

/** Runs passes on a graph and verifies it after each; an error names the pass that broke it. */
export function runPasses(context: Context, graph: Graph, passes: readonly Pass[], options: RunOptions = {}): Graph {
  let after = graph
  for (const pass of passes) {
    after = { ...after, ...pass.run(context, after) }
    try {
      verify(context, after)
    } catch (error) {
      throw new Error(`after ${pass.name}: ${messageOf(error)}`)
    }
    options.onDump?.(pass.name, after)
  }
  return after
}

// The passes trade memory for speed, up to a stated multiple.
import { plan } from '../../../compiler/index.ts'
import { evaluate, symbolsOf } from '../../../compiler/ir/dim.ts'
import { naive, type Pipeline } from '../../../compiler/passes/pipeline.ts'
import { arenaOf } from '../../../compiler/plan/arena.ts'
import { type Check, inTurn } from '../fuzzCheck.ts'
import { type GraphName, graphNames, graphOf, type Trial } from '../trial.ts'

/**
 * The passes may take this multiple of the memory of the graph as it was lowered. A value that leaves a loop is kept for all steps, and may
 * be 8 times as large as the values of the loop (passes/worthMemory.ts); several such values add up. The most seen so far is 13.
 */
const most = 24

/** Assumed value of each size that is not known. */
const typical = 32

export const memory: Check = {
  name: 'memory',
  claim: `the passes take no more than ${most} times the memory of the unoptimized graph`,
  every: 4,
  run: trial =>
    inTurn(
      graphNames.map(name => () => {
        const [own, plain] = [trial.tested.pipeline, naive].map(pipeline => bytesOf(trial, name, pipeline))
        const message = `${name} takes ${own} bytes of memory with the passes and ${plain} without, where each size is ${typical}`
        return { checks: 1, ...(own > most * plain && { failure: { message } }) }
      }),
    ),
}

function bytesOf({ model }: Trial, name: GraphName, pipeline: Pipeline): number {
  const bytes = arenaOf(plan(model.context, graphOf(model, name, pipeline)), 4)
  return evaluate(bytes, Object.fromEntries(symbolsOf(bytes).map(symbol => [symbol, typical])))
}

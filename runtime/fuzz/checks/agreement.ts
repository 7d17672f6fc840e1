// Every pipeline on every backend gives what the interpreter gives of the graph as it was lowered.
import type { Buffer } from '../../../compiler/backend/backend.ts'
import type { OptimizerState } from '../../../compiler/index.ts'
import type { Sizes } from '../../../compiler/ir/dim.ts'
import { naive, type Pipeline } from '../../../compiler/passes/pipeline.ts'
import type { OwnGraph } from '../../gradients/subject.ts'
import { initialize } from '../../initializers.ts'
import { type Check, compare, inTurn, type Outcome } from '../check.ts'
import {
  type Arrays,
  graphNames,
  graphOf,
  interpreted,
  placeOf,
  roundingOf,
  runOn,
  type Trial,
  type Tried,
  tryGraph,
} from '../trial.ts'

export const agreement: Check = {
  name: 'agreement',
  claim: 'every pipeline on every backend gives what the interpreter gives, forward, backward and in a training step',
  run: trial => {
    const { reference, tested, inputs, batch } = trial
    const forwardAndBackward = graphNames.map(name => () => {
      const oracle = { context: reference.context, graph: graphOf(reference, name, naive) }
      const others = chosen(trial).map(pipeline => ({
        what: `${name} (${pipeline.name})`,
        ...trial.tried(name, pipeline),
      }))
      return agree(trial, oracle, others, inputs)
    })
    const training = (): Outcome => {
      if (reference.settings.optimizer === undefined) return { checks: 0 }
      const oracle = reference.train(undefined, { pipeline: naive })
      const starts = Object.fromEntries(oracle.states.map(s => [s.name, startOf(s, batch.sizes)]))
      const train = trial.model.train(undefined, { pipeline: tested.pipeline })
      const what = `train (${tested.pipeline.name})`
      return agree(trial, oracle, [{ what, ...tryGraph(train, placeOf(trial)) }], { ...inputs, ...starts })
    }
    return inTurn([...forwardAndBackward, training])
  },
}

function agree(
  { tested, batch: { sizes } }: Trial,
  oracle: OwnGraph,
  others: readonly (Tried & { readonly what: string })[],
  inputs: Arrays,
): Outcome {
  const expected = interpreted(oracle, sizes, inputs)
  // Where the oracle is not finite a pass may be: a logarithm that is taken from the logits.
  const finite = Object.fromEntries(Object.entries(expected).filter(([, data]) => data.every(Number.isFinite)))
  return inTurn(
    others.flatMap(({ what, run, ...own }) =>
      tested.backends.map((backend, i) => () => {
        const found = (i === 0 ? run : runOn(backend, own))(sizes, inputs)
        return compare(found, finite, 1e-10, `${what} on ${backend.name}`, () => roundingOf(oracle, sizes, inputs))
      }),
    ),
  )
}

/** The pipeline on trial, and another by turns: a program costs the same however many there are. */
function chosen({ tested, case: { data } }: Trial): readonly Pipeline[] {
  const others = tested.pipelines.filter(p => p !== tested.pipeline)
  return others.length === 0 ? [tested.pipeline] : [tested.pipeline, others[data % others.length]]
}

/** A state of the optimizer before the first step. */
function startOf(state: OptimizerState, sizes: Sizes): Buffer {
  const values = initialize(state, sizes, 0)
  return state.dtype === 'real' ? Float64Array.from(values) : Int32Array.from(values)
}

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
  mapArrays,
  placeOf,
  roundingOf,
  runOn,
  type Trial,
  type Tried,
  tryGraph,
} from '../trial.ts'

export const agreement: Check = {
  name: 'agreement',
  claim: 'every pipeline and every backend give what the interpreter gives, forward, backward and in a training step',
  run: trial => {
    const { reference, model, tested, inputs, batch, case: fuzzCase } = trial
    const results = graphNames.map(name => () => {
      const oracle = { context: reference.context, graph: graphOf(reference, name, naive) }
      return agree(trial, oracle, trial.tried(name), name, inputs, {
        context: model.context,
        graph: graphOf(model, name, another(trial)),
      })
    })
    const training = (): Outcome => {
      if (reference.settings.optimizer === undefined || fuzzCase.data % 2 === 1) return { checks: 0 }
      const oracle = reference.train(undefined, { pipeline: naive })
      const starts = Object.fromEntries(oracle.states.map(s => [s.name, startOf(s, batch.sizes)]))
      const train = tryGraph(model.train(undefined, { pipeline: tested.pipeline }), placeOf(trial))
      return agree(trial, oracle, train, 'train', { ...inputs, ...starts })
    }
    return inTurn([...results, training])
  },
}

/** Compares the graph on trial on every backend, and another pipeline's in the interpreter, with the oracle. */
function agree(
  { tested, batch: { sizes } }: Trial,
  oracle: OwnGraph,
  tried: Tried,
  name: string,
  inputs: Arrays,
  other?: OwnGraph,
): Outcome {
  const expected = interpreted(oracle, sizes, inputs)
  // Where the oracle is not finite a pass may be: a logarithm that is taken from the logits.
  const finite = (found: Arrays): Arrays =>
    mapArrays(expected, (data, name) => data.map((x, i) => (Number.isFinite(x) ? x : found[name][i])))
  const agrees = (found: Arrays, where: string) => (): Outcome =>
    compare(found, finite(found), 1e-10, `${name} (${where})`, () => roundingOf(oracle, sizes, inputs))
  return inTurn([
    ...tested.backends.map((backend, i) =>
      agrees((i === 0 ? tried.run : runOn(backend, tried))(sizes, inputs), `${tested.pipeline.name}, ${backend.name}`),
    ),
    ...(other === undefined ? [] : [agrees(interpreted(other, sizes, inputs), 'another pipeline, interpreter')]),
  ])
}

/** Another pipeline than the one on trial, by turns: a program costs the same however many there are. */
function another({ tested, case: { data } }: Trial): Pipeline {
  const others = tested.pipelines.filter(p => p !== tested.pipeline && p !== naive)
  return others.length === 0 ? tested.pipeline : others[data % others.length]
}

/** A state of the optimizer before the first step. */
function startOf(state: OptimizerState, sizes: Sizes): Buffer {
  const values = initialize(state, sizes, 0)
  return state.dtype === 'real' ? Float64Array.from(values) : Int32Array.from(values)
}

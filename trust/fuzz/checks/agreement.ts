// Every pipeline on every backend agrees with the interpreter on the graph as it was lowered.
import type { Backend, Buffer } from '../../../compiler/backend/backend.ts'
import type { CompiledModel, Graph, OptimizerState } from '../../../compiler/index.ts'
import type { Sizes } from '../../../compiler/ir/dim.ts'
import { naive, type Pipeline } from '../../../compiler/passes/pipeline.ts'
import { initialize } from '../../../runtime/initializers.ts'
import { once } from '../../../runtime/once.ts'
import { locate } from '../../gradients/locate.ts'
import { pickFor } from '../fuzzCase.ts'
import { type Check, compare, inTurn, type Outcome } from '../fuzzCheck.ts'
import {
  type Arrays,
  type GraphName,
  graphNames,
  graphOf,
  interpreted,
  mapArrays,
  placeOf,
  type Run,
  roundingOf,
  runnerOf,
  type Trial,
} from '../trial.ts'

export const agreement: Check = {
  name: 'agreement',
  about: 'gradients',
  claim: 'every pipeline and every backend agree with the interpreter, forward, backward and in a training step',
  run: trial => {
    const { tested, batch, inputs, model } = trial
    const other = another(trial)
    return inTurn(
      agreementGraphs(trial).map(name => () => {
        const { sizes } = batch
        const oracle = oracleOf(trial, name)
        const all = { ...inputs, ...oracle.starts }
        const agrees = (run: () => Arrays, pipeline: Pipeline, where: string) => (): Outcome => {
          const outcome = oracle.compare(run(), `${name} (${where})`)
          if (outcome.failure === undefined || name !== 'gradient') return outcome
          const loss = { context: model.context, graph: model.evaluate({ pipeline }) }
          return { ...outcome, failure: { ...outcome.failure, locate: () => locate(loss, placeOf(trial)) } }
        }
        const onAny = runners(trial, name)
        return inTurn([
          ...tested.backends.map((backend, i) =>
            agrees(() => onAny(backend, i)(sizes, all), tested.pipeline, `${tested.pipeline.name}, ${backend.name}`),
          ),
          agrees(
            () => interpreted({ context: model.context, graph: graphFor(model, name, other) }, sizes, all),
            other,
            `${other.name}, interpreter`,
          ),
        ])
      }),
    )
  },
}

/** Runs a graph on each of the tested backends. */
function runners({ model, tested, tried }: Trial, name: AgreementGraph): (backend: Backend, i: number) => Run {
  if (name === 'train') return runnerOf({ context: model.context, graph: graphFor(model, name, tested.pipeline) })
  // The other checks run the graphs of the trial on the first backend as well.
  const { run, on } = tried(name)
  return (backend, i) => (i === 0 ? run : on(backend))
}

export type AgreementGraph = GraphName | 'train'

/** The graphs that are compared; the step of training on one program in two, if it has one. */
export const agreementGraphs = ({ reference, case: { data } }: Trial): readonly AgreementGraph[] =>
  reference.settings.optimizer === undefined || data % 2 === 1 ? graphNames : [...graphNames, 'train']

export const graphFor = (model: CompiledModel, name: AgreementGraph, pipeline: Pipeline): Graph =>
  name === 'train' ? model.train(undefined, { pipeline }).graph : graphOf(model, name, pipeline)

export interface Oracle {
  /** Start values of the optimizer's states, which the graph reads besides the inputs of the trial. */
  readonly starts: Arrays
  /** Compares results with those of the graph as it was lowered, in the interpreter. */
  readonly compare: (found: Arrays, what: string) => Outcome
}

export function oracleOf({ reference, inputs, batch: { sizes } }: Trial, name: AgreementGraph): Oracle {
  const states = name === 'train' ? reference.train(undefined, { pipeline: naive }).states : []
  const starts = Object.fromEntries(states.map(s => [s.name, startOf(s, sizes)]))
  const all = { ...inputs, ...starts }
  const own = { context: reference.context, graph: graphFor(reference, name, naive) }
  const expected = interpreted(own, sizes, all)
  // A probability of exactly 0 makes the oracle's logarithm and loss infinite; taken from the logits these are finite, with all that
  // follows.
  const isOut = !Number.isFinite(expected.loss?.[0] ?? 0)
  const judged = (found: Arrays): Arrays =>
    isOut
      ? mapArrays(expected, (data, name) => data.map((x, i) => (Number.isFinite(x) ? x : found[name][i])))
      : expected
  const rounding = once(() => roundingOf(own, sizes, all))
  return { starts, compare: (found, what) => compare(found, judged(found), 1e-10, what, rounding) }
}

/** Picks another pipeline than the one on trial: a program costs the same however many there are. */
function another({ tested, case: fuzzCase }: Trial): Pipeline {
  const others = tested.pipelines.filter(p => p !== tested.pipeline && p !== naive)
  return pickFor(fuzzCase, 'agreement', others) ?? tested.pipeline
}

/** A state of the optimizer before the first step. */
function startOf(state: OptimizerState, sizes: Sizes): Buffer {
  const values = initialize(state, sizes, 0)
  return state.dtype === 'real' ? Float64Array.from(values) : Int32Array.from(values)
}

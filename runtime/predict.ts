// Predictions: the outputs of a trained model for new inputs, decoded into the units and labels of the data.
import type { AnyBackend, AnyExecutable, Backend, Precision } from '../compiler/backend/backend.ts'
import { js } from '../compiler/backend/js.ts'
import type { CompiledModel, Graph, Port } from '../compiler/index.ts'
import { evaluate, type Sizes } from '../compiler/ir/dim.ts'
import { fail } from '../dsl/diagnostics.ts'
import type { Part } from './data/example.ts'
import { checkLabelled, type Fitted, inverse } from './data/fitted.ts'
import { checkPart } from './data/precision.ts'
import { checkFinite } from './finiteWeights.ts'
import { greatest } from './greatest.ts'
import { loadWithin, type Run } from './memoryBudget.ts'
import { largestSizes } from './packBatch.ts'
import { finishRuns, finishRunsAsync, type Running } from './running.ts'
import { runBatches, using, type Weights, type WhatRan, whatRan } from './session.ts'

/** Default number of examples a batch. */
export const predictedBatch = 64

export interface PredictOptions<B = Backend> {
  readonly backend?: B
  readonly precision?: Precision
  /** Examples a batch; it changes the speed, not the answers. */
  readonly batch?: number
  readonly seed?: number
  /** Bytes of memory that it may take; 16 GB if left out. */
  readonly memory?: number
  /** After each batch; the fraction of the whole that is done. */
  readonly onBatch?: (done: number) => void
}

/** A number or a label, or nested lists of them: one list for each axis, then one for each dim of the item. */
export type Answer = number | string | readonly Answer[]

export interface Predictions extends WhatRan {
  /** For each example, the answer for each target, and every other output as it is. */
  readonly examples: readonly Readonly<Record<string, Answer>>[]
}

/**
 * Answers every example of a part, as `loadInputs` or `fromArrays` give it. With `fitted` the answers are in the units and labels of
 * the data, else in the numbers of the network, and a class is its index. `weights` are row-major in their declared shapes. RNN413 for
 * a model that must generate its answer step by step, RNN507 where a size is not known, the errors of `checkSizes` for the others;
 * RNN417 for data, RNN515 for weights and RNN512 for answers that are not finite, RNN519 where it takes more memory than available.
 */
export function predict(...[model, weights, part, sizes, fitted, options = {}]: Prediction<Backend>): Predictions {
  const { backend = js } = options
  checkRun(model, weights, part, sizes, fitted, options)
  const executable = loadWithin(runOf(model, part, sizes, options), model.context, graphOf(model), backend)
  return finishRuns(predicting(model, weights, part, sizes, fitted, options, executable))
}

/** As `predict`, also on a device. RNN514 where that fails. */
export async function predictAsync(
  ...[model, weights, part, sizes, fitted, options = {}]: Prediction<AnyBackend>
): Promise<Predictions> {
  const { backend = js } = options
  checkRun(model, weights, part, sizes, fitted, options)
  return using(loadWithin(runOf(model, part, sizes, options), model.context, graphOf(model), backend), executable =>
    finishRunsAsync(predicting(model, weights, part, sizes, fitted, options, executable)),
  )
}

type Prediction<B> = readonly [
  model: CompiledModel,
  weights: Weights,
  part: Part,
  sizes: Sizes,
  fitted: Fitted | undefined,
  options?: PredictOptions<B>,
]

function* predicting(
  model: CompiledModel,
  weights: Weights,
  part: Part,
  sizes: Sizes,
  fitted: Fitted | undefined,
  options: PredictOptions<AnyBackend>,
  executable: AnyExecutable,
): Running<Predictions> {
  const answers = createAnswers(model, fitted)
  for (const { ran, ...batch } of batchesOf(model, part, sizes, executable, weights, options))
    answers.add({ ...batch, results: yield ran })
  return { examples: answers.examples, ...whatRan(executable) }
}

/** Sizes of a prediction run, for the memory check. */
const runOf = (
  model: CompiledModel,
  part: Part,
  sizes: Sizes,
  { precision = 'f32', batch = predictedBatch, memory }: PredictOptions<AnyBackend>,
): Run => ({
  model,
  doing: 'predicting with',
  sizes: largestSizes(model.signature.inputs, part, batch, sizes),
  precision,
  smaller: 'the longest sequence, or a size of the model, is too large',
  memory,
})
/** Checks sizes, weights, labels and data before a run. */
function checkRun(
  model: CompiledModel,
  weights: Weights,
  part: Part,
  sizes: Sizes,
  fitted: Fitted | undefined,
  { precision = 'f32' }: PredictOptions<AnyBackend>,
): void {
  model.checkSizes(sizes)
  checkFinite(model.signature.parameters, weights, sizes)
  if (fitted !== undefined) checkLabelled(model.signature, fitted, sizes)
  checkPart(model.signature.inputs, part, precision)
}

function graphOf(model: CompiledModel): Graph {
  if (model.fedBack.length > 0) {
    fail('RNN413', {
      feature: `predicting \`${model.fedBack[0]}\`, which the model must generate from its own answers,`,
    })
  }
  return model.predict()
}

const batchesOf = (
  model: CompiledModel,
  part: Part,
  sizes: Sizes,
  executable: AnyExecutable,
  weights: Weights,
  { backend = js, precision = 'f32', batch = predictedBatch, seed = 0, onBatch }: PredictOptions<AnyBackend>,
) =>
  runBatches(model.signature.inputs, part, sizes, executable, weights, {
    backend,
    precision,
    batch,
    seed,
    ...(onBatch && { onBatch }),
  })

/** Collects the answers of batches. */
function createAnswers(model: CompiledModel, fitted: Fitted | undefined) {
  const examples: Record<string, Answer>[] = []
  return {
    examples,
    add: (run: Parameters<typeof answerOf>[2]): void => {
      for (let b = 0; b < run.indices.length; b++) {
        const answers = model.signature.outputs.map(port => [port.name, answerOf(model, port, run, b, fitted)] as const)
        examples.push(Object.fromEntries(answers))
      }
    },
  }
}

function answerOf(
  model: CompiledModel,
  port: Port,
  run: {
    readonly results: Readonly<Record<string, ArrayLike<number>>>
    readonly sizes: Sizes
    readonly inputs: Readonly<Record<string, ArrayLike<number>>>
    readonly indices: ArrayLike<number>
  },
  b: number,
  fitted: Fitted | undefined,
): Answer {
  const all = run.results[port.name]
  const shape = [...port.axes.map(a => a.size), ...port.item].map(d => evaluate(d, run.sizes))
  const size = shape.reduce((n, d) => n * d, 1)
  const values = Array.from({ length: size }, (_, i) => all[b * size + i])
  const target = model.signature.predictions.some(p => p.output === port.name)
    ? model.signature.targets.find(t => t.name === port.name)
    : undefined
  const width = port.item.map(d => evaluate(d, run.sizes)).reduce((n, d) => n * d, 1)
  const coded = target?.coding !== undefined
  const decided = coded ? decide(values, width) : values
  const decoded = fitted === undefined || target === undefined ? decided : inverse(fitted, port.name, decided)
  // Takes valid elements only: a ragged axis is as long as the example says, at each place of the axes that its lengths are over.
  const lengthAt = (depth: number, places: readonly number[]): number => {
    const { name, ragged } = port.axes[depth]
    const [base, less = '0'] = name.split('-')
    const given = ragged ? run.inputs[`${base}.lengths`] : undefined
    const outer = axesAround(model, base).map(axis => port.axes.findIndex(a => a.name === axis))
    if (given === undefined || outer.includes(-1)) return shape[depth]
    return Math.max(0, given[outer.reduce((at, d) => at * shape[d] + places[d], b)] - Number(less))
  }
  const nest = (place: number, places: readonly number[]): Answer => {
    const depth = places.length
    if (depth === port.axes.length) {
      const answer = item(coded ? [] : shape.slice(depth), decoded, place)
      const from = values.slice(place * width, (place + 1) * width)
      if (target !== undefined) requireFinite(port.name, run.indices[b], [from, answer])
      return answer
    }
    const length = lengthAt(depth, places)
    return Array.from({ length }, (_, i) => nest(place * shape[depth] + i, [...places, i]))
  }
  return nest(0, [])
}

/** RNN512 where an answer, or a number that decided it, is NaN or infinite. */
function requireFinite(name: string, example: number, answer: Answer): void {
  if (typeof answer === 'string' || Number.isFinite(answer)) return
  if (typeof answer === 'number')
    fail('RNN512', { what: `the answer for \`${name}\` of example ${example + 1}`, value: answer })
  for (const part of answer) requireFinite(name, example, part)
}

/** Axes before one, where an input or target declares it: those that its lengths are over. */
function axesAround({ signature }: CompiledModel, name: string): readonly string[] {
  const axes = [...signature.inputs, ...signature.targets].map(p => p.axes).find(all => all.some(a => a.name === name))
  return axes === undefined
    ? []
    : axes
        .slice(
          0,
          axes.findIndex(a => a.name === name),
        )
        .map(a => a.name)
}

/** Picks the most likely class of each distribution of `width`; of a single probability, whether it is above a half. */
function decide(values: readonly number[], width: number): number[] {
  if (width === 1) return values.map(p => (p > 0.5 ? 1 : 0))
  return Array.from({ length: values.length / width }, (_, i) => {
    const row = values.slice(i * width, (i + 1) * width)
    return row.indexOf(greatest(row))
  })
}

function item(shape: readonly number[], values: readonly (number | string)[], place: number): Answer {
  if (shape.length === 0) return values[place]
  const [n, ...rest] = shape
  return Array.from({ length: n }, (_, i) => item(rest, values, place * n + i))
}

// Predictions of a trained model for values that a program holds itself, column by column.
import type { AnyBackend } from '../../compiler/backend/backend.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { fromArrays } from '../data/arrays.ts'
import type { LoadedInputs } from '../data/loadData.ts'
import { type Answer, isNestedList } from '../decodeAnswers.ts'
import {
  type PredictOptions as PartOptions,
  type Prediction,
  predictedBatch,
  predict as predictPart,
  predictAsync as predictPartAsync,
} from '../predict.ts'
import { sampleStep } from '../sampleStep.ts'
import { type WhatRan, whatRan } from '../session.ts'
import { columnsIn, columnsInTime, type Wanted } from './columns.ts'
import { checkDecoding } from './decodingOptions.ts'
import { trainedFor } from './given.ts'
import { isLoadedInputs } from './loadData.ts'
import { checkLoaded, refuseReading } from './loadedFor.ts'
import type { Examples, ExamplesInTime, ModelTypes } from './modelTypes.ts'
import { checkOptions, type Rules, rules } from './options.ts'
import { backendNow, openTarget, type Target, type TargetNow } from './target.ts'
import type { Trained } from './trained.ts'

/** How predictions are made. */
export interface PredictOptions<T = TargetNow> extends Omit<PartOptions, 'backend'> {
  /** What runs the network: `js` if left out. */
  readonly target?: T
  /** Whether each output is a flat typed array with its shape, in place of nested lists. */
  readonly typed?: boolean
  /** Sizes that neither the training nor the inputs tell. */
  readonly sizes?: Readonly<Record<string, number>>
  /** Is told what ran, which `auto` chooses. */
  readonly onRan?: (ran: WhatRan) => void
}

/** Predictions column by column: for each output a list with the value of each example. */
export type Predictions<M extends ModelTypes> = { readonly [K in keyof M['outputs']]: readonly M['outputs'][K][] } & {
  /** Where they are asked for, the probabilities of a label: a number, or a list over the axes of its target. */
  readonly [label: `${string}.${string}`]: readonly Answer[]
}

/** An output as one flat array, row-major. */
export interface TypedOutput {
  readonly data: Float64Array
  /** The examples, then the axes, then the item; it ends with the first that is 0. */
  readonly shape: readonly number[]
}

/** Predictions as flat arrays. */
export type TypedPredictions<M extends ModelTypes> = { readonly [K in keyof M['outputs']]: TypedOutput }

/** As `PredictOptions`, with `typed: true`. */
export type TypedOptions<T = TargetNow> = PredictOptions<T> & { readonly typed: true }

/** Rules of the options of a prediction. */
export const predictRules: Rules<PredictOptions<Target>> = {
  target: rules.target,
  precision: rules.precision,
  batch: rules.count,
  seed: rules.finite,
  memory: rules.memory,
  sizes: rules.sizes,
  onBatch: rules.callback,
  onRan: rules.callback,
  decoding: rules.object,
  probabilities: rules.flag,
  typed: rules.flag,
}

/** Checks options of a prediction by the rules of those that it has, and takes the weights in its precision. RNN509 for a model without inputs, of which nothing tells how often it answers. */
export function begin<M extends ModelTypes>(
  what: string,
  trained: Trained<M>,
  options: PredictOptions<Target>,
  known: Rules<Omit<PredictOptions<Target>, 'decoding'>> = predictRules,
): Trained<M> {
  checkOptions(options, known)
  checkDecoding('decoding', options.decoding)
  const used = trainedFor(what, trained, options)
  const { name, inputs } = used.model.signature
  if (inputs.length === 0) {
    const found = `\`${name}\`, which has none`
    fail('RNN509', { what, expected: 'a model with inputs', found }, { help: 'to write a sequence: `generate`' })
  }
  return used
}

/**
 * Predicts every output for some examples, at once. `inputs` have for each input its values, example by example, in the shapes that the
 * model declares, or are rows, or what `loadInputs` gives; targets may be among them, and are not read. Gives for each output, by its name,
 * the value of each example: in the units and labels of the training data, a list for each axis and then for each dim of the item; the class
 * of a predicted target, and the text of predicted tokens. Padding is left out. Each call compiles the network: `predictor` keeps it. With `probabilities` the probability of each label is there as
 * well, as `kind.rose`.
 *
 * Throws RNN401, RNN402, RNN405, RNN411, RNN412, RNN423 and RNN106 for inputs that do not fit, as `fit` does; RNN408 and RNN430 for labels and
 * tokens that the training never saw; RNN424 for a number that a scaling of the training makes infinite or NaN; RNN105 for a size that the
 * model does not have; RNN505 for an unknown target; RNN507 for a size that is not known; RNN509 for outputs that no flat array
 * can hold, and for a model without inputs, which `generate` asks for its sequences; RNN501 for weights of another model; RNN512 for a prediction that is not finite, RNN515 for weights that are not, RNN519 where it takes more memory than there is.
 */
export function predict<M extends ModelTypes>(
  trained: Trained<M>,
  inputs: Examples<M['inputs'], M['targets']> | LoadedInputs,
  options: TypedOptions,
): TypedPredictions<M>
export function predict<M extends ModelTypes>(
  trained: Trained<M>,
  inputs: Examples<M['inputs'], M['targets']> | LoadedInputs,
  options?: PredictOptions,
): Predictions<M>
export function predict<M extends ModelTypes>(
  trained: Trained<M>,
  inputs: Examples<M['inputs']> | LoadedInputs,
  options: PredictOptions = {},
): object {
  const used = begin('predict', trained, options)
  const { target, typed, sizes, onRan, ...others } = options
  const { model, weights, fitted, precision, seed } = used
  const given = inputsOf('predict', used, inputs, sizes)
  const how = { precision, seed, ...others, backend: backendNow(target) }
  const { examples, ...ran } = predictPart(model, weights, given.part, given.sizes, fitted, how)
  onRan?.(ran)
  return columnsOf(namesIn(trained, examples), examples, typed)
}

/** As `predict`, also on a GPU, and for rows that come over time. RNN513 where there is no GPU, RNN514 where it fails. */
export function predictAsync<M extends ModelTypes>(
  trained: Trained<M>,
  inputs: ExamplesInTime<M['inputs'], M['targets']> | LoadedInputs,
  options: TypedOptions<Target>,
): Promise<TypedPredictions<M>>
export function predictAsync<M extends ModelTypes>(
  trained: Trained<M>,
  inputs: ExamplesInTime<M['inputs'], M['targets']> | LoadedInputs,
  options?: PredictOptions<Target>,
): Promise<Predictions<M>>
export async function predictAsync<M extends ModelTypes>(
  trained: Trained<M>,
  inputs: ExamplesInTime<M['inputs']> | LoadedInputs,
  options: PredictOptions<Target> = {},
): Promise<object> {
  const used = begin('predictAsync', trained, options)
  const { typed, onRan, ...how } = options
  const { examples, ...ran } = await predictPartAsync(...(await prepare('predictAsync', used, inputs, how)))
  onRan?.(whatRan(ran))
  return columnsOf(namesIn(trained, examples), examples, typed)
}

/** Reads inputs and opens a target, for a prediction of a part. */
export async function prepare<M extends ModelTypes>(
  what: string,
  trained: Trained<M>,
  inputs: ExamplesInTime<M['inputs']> | LoadedInputs,
  { target, sizes, ...others }: Omit<PredictOptions<Target>, 'typed' | 'onRan'>,
): Promise<Prediction<AnyBackend>> {
  const { model, weights, fitted, precision, seed } = trained
  const given = isLoadedInputs(inputs)
    ? loadedFor(what, trained, inputs, sizes)
    : readInputs(trained, await columnsInTime(inputs, wantedBy(trained, sizes)), sizes)
  const how = { precision, seed, batch: predictedBatch, ...others }
  const backend = await openTarget(target, () =>
    sampleStep(model, 'predict', given.part, given.sizes, { ...how, weights }),
  )
  return [model, weights, given.part, given.sizes, fitted, { ...how, backend }]
}

type Sizes = PredictOptions['sizes']

/** Reads the inputs of examples, or takes those that were loaded. */
export const inputsOf = <M extends ModelTypes>(
  what: string,
  trained: Trained<M>,
  inputs: Examples<M['inputs']> | LoadedInputs,
  sizes: Sizes,
): LoadedInputs =>
  isLoadedInputs(inputs)
    ? loadedFor(what, trained, inputs, sizes)
    : readInputs(trained, columnsIn(inputs, wantedBy(trained, sizes)), sizes)

const wantedBy = <M extends ModelTypes>({ model: { signature }, fitted }: Trained<M>, sizes: Sizes): Wanted => ({
  signature,
  targets: false,
  sizes: { ...fitted.sizes, ...sizes },
})

/** Reads the inputs among some columns, which hold nothing else. */
const readInputs = <M extends ModelTypes>(
  { model: { signature }, fitted }: Trained<M>,
  columns: ReturnType<typeof columnsIn>,
  sizes: Sizes,
): LoadedInputs => fromArrays(signature, columns, { fitted, ...(sizes && { sizes }) })

/** Gives what `loadInputs` has read. RNN509 for that of another model, and for sizes, which it has. */
function loadedFor<M extends ModelTypes>(
  what: string,
  { model: { signature } }: Trained<M>,
  loaded: LoadedInputs,
  sizes: Sizes,
): LoadedInputs {
  refuseReading({ sizes })
  checkLoaded(what, signature, signature.inputs, loaded)
  return loaded
}

/** The names of all outputs, also where there are no examples, and of what else these have. */
export const namesIn = <M extends ModelTypes>({ model }: Trained<M>, examples: AnsweredExamples): readonly string[] => [
  ...new Set([...model.signature.outputs.map(port => port.name), ...examples.slice(0, 1).flatMap(Object.keys)]),
]

type AnsweredExamples = readonly Readonly<Record<string, Answer>>[]

/** Gives answers column by column. */
export function columnsOf(names: readonly string[], examples: AnsweredExamples, typed = false): object {
  const columns = names.map(name => [name, examples.map(example => example[name])] as const)
  return Object.fromEntries(columns.map(([name, column]) => [name, typed ? flatten(name, column) : column]))
}

/** Makes a flat array of nested lists. RNN509 for lists of different lengths, and for texts. */
function flatten(name: string, column: readonly Answer[]): TypedOutput {
  const refuse = (found: string): never =>
    fail('RNN509', { what: 'typed', expected: `numbers of one shape`, found: `\`${name}\`, ${found}` })
  const shape: number[] = []
  for (let first: Answer | undefined = column; isNestedList(first); first = first[0]) shape.push(first.length)
  const numbers: number[] = []
  const visit = (value: Answer, depth: number): void => {
    if (isNestedList(value)) {
      if (value.length !== shape[depth]) refuse('whose sequences have different lengths')
      for (const inner of value) visit(inner, depth + 1)
    } else if (typeof value === 'number') numbers.push(value)
    else refuse('which is a text')
  }
  visit(column, 0)
  return { data: Float64Array.from(numbers), shape }
}

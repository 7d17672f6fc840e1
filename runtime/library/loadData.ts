// Reads the files of a program's data block, for `fit`, `evaluate` and `predict`.
import type { CompiledModel, Precision } from '../../compiler/index.ts'
import type { Data } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import {
  type LoadedData,
  type LoadedInputs,
  loadData as loadBlock,
  loadInputs as loadBlockInputs,
} from '../data/loadData.ts'
import type { ReadFile } from '../data/sources.ts'
import { checkSizeNames, checkTrained, isTrainedOf } from './given.ts'
import type { Model, ModelTypes } from './modelTypes.ts'
import { checkOptions, type Rules, rules } from './options.ts'
import type { Trained } from './trained.ts'

/** How the files of a data block are read. */
export interface LoadDataOptions {
  /**
   * Gives the bytes of a file that the block names, by the path as it is written, all at once or piece by piece: `readerIn('.')` of
   * `rnnc/node`, or in a browser what `fetch` brings.
   */
  readonly read: ReadFile
  /** A path to read in place of the only one that the block names. */
  readonly path?: string
  /** Sizes that neither the program nor the data tells: `{ K: 10 }`. */
  readonly sizes?: Readonly<Record<string, number>>
  /** Seed of `shuffled`; that of the program if left out. */
  readonly seed?: number
  /** Precision of the run: numbers that it cannot hold are reported with their places in the file. */
  readonly precision?: Precision
}

const asked: Rules<LoadDataOptions> = {
  read: rules.callback,
  path: rules.text,
  sizes: rules.sizes,
  seed: rules.finite,
  precision: rules.precision,
}

/**
 * Loads the data of a model's data block, in the parts of its split. For a trained model its labels and scales are used as they are, and
 * nothing is fitted anew. Throws RNN401 for a program without a data block, RNN402 to RNN435 for data that is missing, malformed or does
 * not fit.
 */
export function loadData<M extends ModelTypes>(
  model: Model<M> | Trained<M>,
  options: LoadDataOptions,
): Promise<LoadedData> {
  const { compiled, fitted } = isTrainedOf('loadData', model)
    ? { compiled: model.model, fitted: { fitted: model.fitted } }
    : { compiled: model, fitted: {} }
  checkOptions(options, asked)
  checkSizeNames(compiled, options.sizes)
  const { seed = compiled.settings.seed ?? 0, ...others } = options
  return loadBlock(dataOf(compiled), compiled.signature, { ...others, ...fitted, seed })
}

/**
 * Loads the inputs alone, for predictions: every row, and of windows also the last, whose next is not known. Targets are not needed, and
 * nothing is split. Throws as `loadData`, and RNN501 where the block scales or numbers something of which the training stored nothing.
 */
export function loadInputs<M extends ModelTypes>(
  trained: Pick<Trained<M>, 'model' | 'fitted'>,
  options: LoadDataOptions,
): Promise<LoadedInputs> {
  checkTrained('loadInputs', trained)
  checkOptions(options, asked)
  const { model, fitted } = trained
  return loadBlockInputs(dataOf(model), model.signature, { ...options, fitted })
}

/** Gives the data block of a model. RNN401 if it has none: for the first input or target, or for the model if it has neither. */
export function dataOf({ data, unit, signature: { name, inputs, targets } }: CompiledModel): Data {
  if (data !== undefined) return data
  const kind = inputs.length > 0 ? 'input' : targets.length > 0 ? 'target' : 'model'
  const [port] = [...inputs, ...targets]
  const help = `write \`data D for ${name} { … }\`, with an equation for each input and target`
  return fail('RNN401', { kind, input: port?.name ?? name, data: '' }, { span: unit.name.span, help })
}

/** Tells what `loadData` has read from examples that a program gives. */
export const isLoaded = (data: unknown): data is LoadedData =>
  isPart(member(data, 'train')) && isObject(member(data, 'fitted'))

/** Tells what `loadInputs` has read from examples that a program gives. */
export const isLoadedInputs = (data: unknown): data is LoadedInputs =>
  isPart(member(data, 'part')) && isObject(member(data, 'sizes'))

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const isPart = (value: unknown): boolean => isObject(value) && 'count' in value && 'ports' in value

const member = (value: unknown, name: string): unknown =>
  isObject(value) && Object.hasOwn(value, name) ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined

// Trains a model on examples that a program holds itself, or on what `loadData` has read.
import type { Precision } from '../../compiler/backend/backend.ts'
import type { CompiledModel } from '../../compiler/index.ts'
import { fail, RnnError } from '../../dsl/diagnostics.ts'
import { defaultOptimizer } from '../../dsl/standardLibrary.ts'
import { fromArrays } from '../data/arrays.ts'
import { cut } from '../data/cut.ts'
import type { Part } from '../data/example.ts'
import { type Encodings, fitEncodings } from '../data/fitEncodings.ts'
import type { Fitted } from '../data/fitted.ts'
import type { LoadedData } from '../data/loadData.ts'
import { partOfRows } from '../data/partOfRows.ts'
import { allRows, type Rows } from '../data/rows.ts'
import { isObject } from '../json.ts'
import { sampleStep } from '../sampleStep.ts'
import { initialWeightsAsync } from '../session.ts'
import { type TrainOptions, type TrainResult, train } from '../train.ts'
import { TrainingFailed } from '../trainingFailed.ts'
import { trainingSummary } from '../trainingSummary.ts'
import { type ColumnLists, columnsInTime } from './columns.ts'
import { checkModel, checkSizeNames } from './given.ts'
import { isLoaded } from './loadData.ts'
import { checkLoaded, refuseReading } from './loadedFor.ts'
import type { ExamplesInTime, Model, ModelTypes, Trainable } from './modelTypes.ts'
import { checkOptions, type Rules, rules } from './options.ts'
import { openTarget, type Target } from './target.ts'
import type { Fit } from './trained.ts'

/** Settings of a training; one that is left out is that of the `train` block of the program, or has the default of the language. */
export interface FitOptions<M extends ModelTypes> extends Omit<TrainOptions, 'backend'> {
  /** What runs the training: `js` if left out. */
  readonly target?: Target
  /** How often all examples are used; 10 if neither this nor `steps` is given anywhere. */
  readonly epochs?: number
  /** Steps after which training ends, an update of the weights each. */
  readonly steps?: number
  /** Examples a batch; 32 if not given anywhere. */
  readonly batch?: number
  /** Ends training after so many epochs without a smaller validation loss, without a validation a smaller training loss, and keeps the best weights. */
  readonly patience?: number
  /** Optimizer as a `train` block has it: `Adam(0.003)`. `Adam` if not given anywhere. */
  readonly optimizer?: string
  /** Other settings as a `train` block has them: `clip = norm(1); shuffle = false`. */
  readonly settings?: string
  /** Examples that measure each epoch: a fraction of all between 0 and 1, or examples of their own. */
  readonly validation?: number | ExamplesInTime<Trainable<M>>
  /** Which examples a fraction takes: the last ones if left out, or `shuffled` by the seed. */
  readonly split?: 'ordered' | 'shuffled'
  /**
   * Functions of data blocks that encode an input or target, fitted to the training examples and undone in predictions:
   * `{ x: 'standardize', text: 'words(limit = 5000)', price: 'log |> minmax' }`. Labels of a class need none.
   */
  readonly encode?: { readonly [K in keyof Trainable<M>]?: string }
  /** Sizes that neither the program nor the examples tell: `{ V: 65 }`. */
  readonly sizes?: Readonly<Record<string, number>>
}

const asked: Rules<FitOptions<ModelTypes>> = {
  target: rules.target,
  precision: rules.precision,
  seed: rules.finite,
  memory: rules.memory,
  signal: rules.signal,
  // What these may be is checked as in a `train` block.
  epochs: rules.number,
  steps: rules.number,
  batch: rules.number,
  patience: rules.number,
  optimizer: rules.text,
  settings: rules.text,
  validation: {
    expected: 'a fraction between 0 and 1, or examples',
    holds: value => typeof value === 'number' || (typeof value === 'object' && value !== null),
  },
  split: { expected: "'ordered' or 'shuffled'", holds: value => value === 'ordered' || value === 'shuffled' },
  encode: {
    expected: 'texts by name',
    holds: value => isObject(value) && Object.values(value).every(s => s === undefined || typeof s === 'string'),
  },
  sizes: rules.sizes,
  weights: rules.object,
  from: rules.object,
  checkpoint: { expected: 'an object with a function `save`, and perhaps `every`', holds: isCheckpointing },
  watched: rules.flag,
  onDraw: rules.callback,
  onStep: rules.callback,
  onEpoch: rules.callback,
}

/**
 * Trains a model. `data` has for each input and target its values, example by example, as nested lists or flat typed arrays in the shape
 * that the model declares, `x: [D] over T` as `x[example][t][d]`; or it is rows, an iterable or async iterable of objects; or what
 * `loadData` gives. Sequences over a ragged axis may differ in length. A class is a number from 0 or a label, a text.
 * Losses and metrics are in the numbers of the network (scaled, where `encode` scales). The same seed gives the same weights.
 *
 * An abort of `signal` ends training after the step in progress, with the weights learned so far; RNN516 before the first step.
 *
 * Throws RNN401 for an input or target without data, RNN402 for lengths over one axis that differ, RNN405 for an empty data set, RNN408 and
 * RNN430 for labels that only the validation has, RNN411 for another shape and for a value that is no finite number, RNN412 for a class or
 * token outside its range, RNN417 for a number too large for the precision, RNN423 for columns of different lengths, RNN106 for an unknown
 * name, RNN105, RNN207 and RNN231 for settings, RNN509 for data and options of another type, RNN311 for a model without a loss, RNN505 and
 * RNN513 for the target, RNN501 for `weights` of another model, RNN525 for `from` of another model, precision or optimizer, RNN528 for one
 * past its end, RNN519 where it takes more memory than there is; and `TrainingFailed`, whose `kept` are the best weights so far, where a loss
 * or a weight is not finite (RNN504) or a device fails (RNN514).
 */
export async function fit<M extends ModelTypes>(
  model: Model<M>,
  data: ExamplesInTime<Trainable<M>> | LoadedData,
  options: FitOptions<M> = {},
): Promise<Fit<M>> {
  checkModel('fit', model)
  checkOptions(options, asked)
  checkSizeNames(model, options.sizes)
  if (options.weights !== undefined && options.from !== undefined)
    fail('RNN509', { what: 'weights', expected: 'a training that begins', found: '`from`, a state that has weights' })
  const { target, epochs, steps, batch, patience, optimizer, settings, validation, split, encode, sizes, ...others } =
    options
  const trained = settled(model, { epochs, steps, batch, patience, optimizer, settings })
  const seed = options.seed ?? trained.settings.seed ?? 0
  const { precision = 'f32', signal, memory } = options
  const how: Reading = { validation, split, encode, sizes, seed, precision, signal }
  const loaded = isLoaded(data) ? ownOf(model, data, options) : await readData(model, data, how)
  const backend = await openTarget(target, async () => {
    const weights = await initialWeightsAsync(trained, loaded.sizes, seed, precision, signal && { signal })
    const sample = { batch: trained.settings.batch ?? 32, precision, seed, weights, ...(memory && { memory }) }
    return sampleStep(trained, 'train', loaded.train, loaded.sizes, sample)
  })
  const kept = (result: TrainResult): Fit<M> => ({
    ...result,
    model,
    fitted: loaded.fitted,
    precision,
    seed,
    summary: trainingSummary(result, precision),
  })
  try {
    return kept(await train(trained, loaded, { ...others, backend, precision, seed }))
  } catch (error) {
    throw error instanceof TrainingFailed
      ? new TrainingFailed(error.diagnostics, error.kept && kept(error.kept))
      : error
  }
}

/** Whether a training can save its state so. */
function isCheckpointing(value: unknown): boolean {
  if (!isObject(value)) return false
  const { save, every }: Readonly<Record<string, unknown>> = value
  if (typeof save !== 'function' || every === undefined) return typeof save === 'function'
  if (!isObject(every) || Object.keys(every).length !== 1) return false
  const { steps, seconds } = every
  return rules.count.holds(steps) || (typeof seconds === 'number' && seconds >= 0)
}

/** Applies the settings that are given. Throws RnnError with all errors in them. */
function settled(
  model: CompiledModel,
  {
    optimizer,
    settings,
    ...numbers
  }: Pick<FitOptions<ModelTypes>, 'epochs' | 'steps' | 'batch' | 'patience' | 'optimizer' | 'settings'>,
): CompiledModel {
  const asked = optimizer ?? (model.settings.optimizer === undefined ? defaultOptimizer : undefined)
  const lines = [
    ...Object.entries(numbers).flatMap(([name, value]) => (value === undefined ? [] : [`${name} = ${value}`])),
    ...(asked === undefined ? [] : [`optimizer = ${asked}`]),
    ...(settings === undefined ? [] : [settings]),
  ]
  return lines.length === 0 ? model : model.withSettings(lines.join('\n'))
}

/**
 * Gives what `loadData` has read. RNN509 for options that say how examples are read, which it has read already, and where it has read those
 * of another model.
 */
function ownOf<M extends ModelTypes>({ signature }: Model<M>, data: LoadedData, options: FitOptions<M>): LoadedData {
  const { validation, split, encode, sizes } = options
  refuseReading({ validation, split, encode, sizes })
  const ports = [...signature.inputs, ...signature.targets]
  for (const part of [data.train, data.validation])
    if (part !== undefined) checkLoaded('fit', signature, ports, { part, sizes: data.sizes })
  return data
}

interface Reading {
  readonly validation: unknown
  readonly split: FitOptions<ModelTypes>['split']
  readonly encode: Readonly<Record<string, string | undefined>> | undefined
  readonly sizes: FitOptions<ModelTypes>['sizes']
  readonly seed: number
  readonly precision: Precision
  readonly signal: AbortSignal | undefined
}

/** Reads the examples, and takes from those of the training what must be fitted. */
async function readData({ signature }: CompiledModel, data: unknown, how: Reading): Promise<LoadedData> {
  const { validation, encode = {}, sizes = {}, signal } = how
  const wanted = { signature, targets: true, sizes }
  const columns = await columnsInTime(data, wanted, signal)
  const rows = splitRows(columns, how)
  const asked: Encodings = Object.fromEntries(
    Object.entries(encode).flatMap(([name, steps]) => (steps === undefined ? [] : [[name, steps]])),
  )
  const ports = await fitEncodings(signature, columns, asked, rows.train)
  const encodings: Fitted = { calls: {}, ports, sizes }
  const read = fromArrays(signature, columns, { fitted: encodings, training: rows.train })
  const fitted = { ...encodings, sizes: read.sizes }
  const own = rows.validation && partOfRows(read.part, rows.validation)
  const measured = typeof validation === 'object' && validation !== null ? await readOther() : own
  return {
    train: partOfRows(read.part, rows.train),
    ...(measured && { validation: measured }),
    sizes: read.sizes,
    fitted,
  }

  /** Reads examples of the validation of their own. */
  async function readOther(): Promise<Part> {
    const others = await columnsInTime(validation, { ...wanted, sizes: fitted.sizes }, signal)
    return fromArrays(signature, others, { fitted }).part
  }
}

/** Divides the examples where a fraction of them is for the validation. RNN509 for a number that is no fraction, RNN405 for an empty part. */
function splitRows(
  columns: ColumnLists,
  { validation, split = 'ordered', seed }: Reading,
): { readonly train: Rows; readonly validation?: Rows } {
  const count = Math.max(0, ...Object.values(columns).map(column => column.length))
  if (typeof validation !== 'number') return { train: allRows(count) }
  if (!(validation > 0 && validation < 1))
    return fail('RNN509', {
      what: 'validation',
      expected: 'a fraction between 0 and 1, or examples',
      found: String(validation),
    })
  try {
    const { train, test } = cut({ kind: 'split', order: split, fractions: [1 - validation, validation] }, count, seed)
    return { train, ...(test && { validation: test }) }
  } catch (error) {
    if (!(error instanceof RnnError)) throw error
    return fail('RNN405', { what: `the validation part, ${validation} of ${count} examples,` })
  }
}

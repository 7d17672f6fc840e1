// Checks the models that a program gives, which without types can be anything, and takes weights in the precision of a run.
import type { Precision } from '../../compiler/backend/backend.ts'
import { type Sizes, symbolsOf } from '../../compiler/ir/dim.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { didYouMean } from '../../dsl/suggest.ts'
import { describeLeaf, isList } from '../data/arrays.ts'
import { weightsFor } from '../weightsFor.ts'
import type { Model, ModelTypes } from './modelTypes.ts'
import type { Trained } from './trained.ts'

/** RNN509 unless a function, `what`, was given a model that `compile` made. */
export function checkModel(what: string, model: unknown): void {
  if (isModel(model)) return
  const help = isTrained(model) ? 'pass its `model`; to train it further, `weights` as well' : helpFor(model)
  fail('RNN509', { what, expected: 'a model, as `compile` gives it', found: describe(model) }, { help })
}

/** RNN509 unless a function, `what`, was given a trained model. */
export function checkTrained(what: string, trained: unknown): void {
  if (isTrained(trained)) return
  const expected = 'a trained model, as `fit` and `load` give it'
  const help = isModel(trained) ? 'train it first: `await fit(model, …)`' : helpFor(trained)
  fail('RNN509', { what, expected, found: describe(trained) }, { help })
}

/** Tells a trained model from one that is not trained; RNN509 for anything else that a function, `what`, was given. */
export function isTrainedOf<M extends ModelTypes>(what: string, model: Model<M> | Trained<M>): model is Trained<M> {
  const trained = isTrained(model)
  if (!trained) checkModel(what, model)
  return trained
}

/** What a run may ask for: a precision, that of the training if left out, and sizes that the training did not know. */
interface Asked {
  readonly precision?: Precision
  readonly sizes?: Sizes
}

/**
 * Gives a trained model with its weights in the precision of a run. RNN509 for what is no trained model,
 * RNN501 for weights of another model, RNN515 for those that are infinite in the precision.
 */
export function trainedFor<M extends ModelTypes>(what: string, trained: Trained<M>, asked: Asked = {}): Trained<M> {
  checkTrained(what, trained)
  const { precision = trained.precision, sizes } = asked
  const { model, weights, fitted } = trained
  checkSizeNames(model, sizes)
  return { ...trained, precision, weights: weightsFor(model, weights, { ...fitted.sizes, ...sizes }, precision) }
}

/** RNN105 for a size that a model does not have. `B`, the number of examples, is none that can be given: the data tells it. */
export function checkSizeNames<M extends ModelTypes>({ freeDims, signature }: Model<M>, sizes: Sizes = {}): void {
  const axes = [...signature.inputs, ...signature.targets].flatMap(port => port.axes)
  const names = [...freeDims, ...axes.flatMap(axis => symbolsOf(axis.size))]
  const name = Object.keys(sizes).find(key => !names.includes(key))
  if (name !== undefined) fail('RNN105', { kind: 'size', name }, { help: didYouMean(name, names) })
}

const helpFor = (value: unknown): string | undefined => (isPromise(value) ? 'write `await` before it' : undefined)

function describe(value: unknown): string {
  if (isPromise(value)) return 'a promise'
  if (isTrained(value)) return 'a trained model'
  if (isModel(value)) return 'a model that was not trained'
  return isList(value) ? 'a list' : describeLeaf(value)
}

const has = (value: unknown, names: readonly string[], type: 'object' | 'function'): boolean =>
  typeof value === 'object' &&
  value !== null &&
  names.every(name => {
    const member: unknown = Reflect.get(value, name)
    return typeof member === type && member !== null
  })

const isPromise = (value: unknown): boolean => has(value, ['then'], 'function')

const isModel = (value: unknown): boolean => has(value, ['signature', 'context'], 'object')

const isTrained = (value: unknown): boolean =>
  has(value, ['model', 'fitted'], 'object') && isModel(Reflect.get(Object(value), 'model'))

// A trained model: everything that its predictions need.
import type { Precision } from '../../compiler/backend/backend.ts'
import type { Fitted } from '../data/fitted.ts'
import type { Json } from '../json.ts'
import type { Weights } from '../session.ts'
import type { TrainResult } from '../train.ts'
import type { AnyTypes, Model, ModelTypes } from './modelTypes.ts'

/** A model with its weights, as `fit` and `load` give it. */
export interface Trained<M extends ModelTypes = AnyTypes> {
  readonly model: Model<M>
  /** Flat arrays by the path of the parameter, `dense.W`, row-major in their declared shapes. */
  readonly weights: Weights
  /** Labels, vocabularies, scalings and sizes that were taken from the training data. */
  readonly fitted: Fitted
  /** Precision of the training, in which predictions are made too unless another is asked for. */
  readonly precision: Precision
  readonly seed: number
  /** Epochs, losses and metrics of the training. */
  readonly summary: Readonly<Record<string, Json>>
}

/** A trained model with the course of its training. */
export interface Fit<M extends ModelTypes = AnyTypes> extends Trained<M>, TrainResult {}

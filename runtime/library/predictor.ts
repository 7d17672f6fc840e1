// Predictions one call after another, by a network that is made ready once.
import { fail } from '../../dsl/diagnostics.ts'
import type { LoadedInputs } from '../data/loadData.ts'
import { loadingOnce } from '../memoryBudget.ts'
import { predictBy } from '../predict.ts'
import type { Examples, ModelTypes } from './modelTypes.ts'
import {
  begin,
  columnsOf,
  inputsOf,
  namesIn,
  type Predictions,
  type PredictOptions,
  predictRules,
  type TypedOptions,
  type TypedPredictions,
} from './predict.ts'
import { backendNow } from './target.ts'
import type { Trained } from './trained.ts'

/** How a predictor is made. */
export type PredictorOptions = Omit<PredictOptions, 'decoding'>

const { decoding: _, ...predictorRules } = predictRules

/** A network that is ready to predict. */
export interface Predictor<M extends ModelTypes, P = Predictions<M>> {
  /** Answers examples as `predict` does. */
  predict(inputs: Examples<M['inputs'], M['targets']> | LoadedInputs): P
  /** Frees the memory of the network, which cannot predict any more. */
  dispose(): void
}

/**
 * Makes a network ready for many predictions, as of a server that answers one request at a time: `predict` itself compiles the network at each
 * call, which takes longer than to run a small one.
 *
 * Throws RNN509 for a model that generates its answers step by step, and at each call the errors of `predict`.
 */
export function predictor<M extends ModelTypes>(
  trained: Trained<M>,
  options: Omit<TypedOptions, 'decoding'>,
): Predictor<M, TypedPredictions<M>>
export function predictor<M extends ModelTypes>(trained: Trained<M>, options?: PredictorOptions): Predictor<M>
export function predictor<M extends ModelTypes>(
  from: Trained<M>,
  options: PredictorOptions = {},
): Predictor<M, object> {
  const trained = begin('predictor', from, options, predictorRules)
  const { target, typed, sizes, onRan, ...others } = options
  const { model, weights, fitted, precision, seed } = trained
  if (model.fedBack.length > 0) {
    const found = `\`${model.signature.name}\`, which reads its own answers`
    fail('RNN509', { what: 'predictor', expected: 'a model that answers at once', found }, { help: 'use `predict`' })
  }
  const backend = backendNow(target)
  const network = loadingOnce(model.context, model.predict(), backend)
  const known = { isDisposed: false }
  return {
    predict: inputs => {
      if (known.isDisposed)
        fail('RNN509', { what: 'predict', expected: 'a predictor', found: 'one that was disposed of' })
      const given = inputsOf('predict', trained, inputs, sizes)
      const how = { precision, seed, ...others, backend }
      const { examples, ...ran } = predictBy(network.within, model, weights, given.part, given.sizes, fitted, how)
      onRan?.(ran)
      return columnsOf(namesIn(trained, examples), examples, typed)
    },
    dispose: () => {
      known.isDisposed = true
      network.dispose()
    },
  }
}

// Forecasts of a trained model from pasts that a program holds itself.
import type { LoadedInputs } from '../data/loadData.ts'
import type { Answer } from '../decodeAnswers.ts'
import { forecastAsync } from '../forecast.ts'
import { whatRan } from '../session.ts'
import { trainedFor } from './given.ts'
import type { ExamplesInTime, ModelTypes } from './modelTypes.ts'
import { checkArgument, checkOptions, type Rules, rules } from './options.ts'
import { columnsOf, type PredictOptions, predictRules, prepare } from './predict.ts'
import type { Target } from './target.ts'
import type { Trained } from './trained.ts'

/** How a forecast is made. */
export type ForecastOptions = Omit<PredictOptions<Target>, 'typed' | 'probabilities' | 'decoding'>

/** Forecasts: for the target that is predicted a list for each example, of as many answers as there are steps. */
export type Forecasts<M extends ModelTypes> = { readonly [K in keyof M['outputs']]?: readonly (readonly Answer[])[] }

const { typed: _, probabilities: __, decoding: ___, ...forecasting } = predictRules
const asked: Rules<ForecastOptions> = forecasting

/**
 * Predicts `steps` elements after the end of each past, in the units of the training data: each answer becomes the newest element of
 * the past from which the next one is predicted, and the oldest is dropped. `inputs` are as for `predict`.
 *
 * Throws RNN523 for a model that reads something else than the past of the numbers that it predicts, RNN509 for steps that are no whole
 * number of at least 1, and the errors of `predictAsync`.
 */
export async function forecast<M extends ModelTypes>(
  trained: Trained<M>,
  inputs: ExamplesInTime<M['inputs'], M['targets']> | LoadedInputs,
  steps: number,
  options: ForecastOptions = {},
): Promise<Forecasts<M>> {
  checkArgument('steps', rules.count, steps)
  checkOptions(options, asked)
  const used = trainedFor('forecast', trained, options)
  const { onRan, ...how } = options
  const { examples, ...ran } = await forecastAsync(steps, ...(await prepare('forecast', used, inputs, how)))
  onRan?.(whatRan(ran))
  return columnsOf(examples.slice(0, 1).flatMap(Object.keys), examples)
}

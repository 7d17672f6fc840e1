// Streams and generation with a trained model.
import type { Fitted } from '../data/fitted.ts'
import { type GenerateOptions as GenerateFrom, generate as generateFrom } from '../generate/generate.ts'
import { isObject } from '../json.ts'
import type { Answers } from '../stream/element.ts'
import { type Stream, type StreamOptions as StreamFrom, stream as streamFrom } from '../stream/stream.ts'
import { checkDecodingOptions, decodingRules } from './decodingOptions.ts'
import { trainedFor } from './given.ts'
import type { ModelTypes } from './modelTypes.ts'
import { checkOptions, type Rules, rules } from './options.ts'
import { backendNow, type TargetNow } from './target.ts'
import type { Trained } from './trained.ts'

interface OnTarget {
  /** What runs the network, a step at a time: `js` if left out. */
  readonly target?: TargetNow
}

/** Options of a stream. */
export type StreamOptions = Omit<StreamFrom, 'backend' | 'fitted' | 'executable'> & OnTarget

/** Options of a generation. */
export type GenerateOptions = Omit<GenerateFrom, 'backend' | 'fitted' | 'executable'> & OnTarget

/** Rules that both have. */
const common = {
  target: rules.target,
  precision: rules.precision,
  sizes: rules.sizes,
  seed: rules.finite,
  over: rules.text,
}

const streaming: Rules<StreamOptions> = {
  ...common,
  rows: rules.count,
  constants: {
    expected: 'an object of values by name, or a list of them',
    holds: v => isObject(v) || Array.isArray(v),
  },
}

const generating: Rules<GenerateOptions> = {
  ...common,
  ...decodingRules,
  inputs: rules.object,
  after: rules.object,
}

/**
 * Begins a stream: `step` takes an element of the sequence, `{ x: [0.5, 1] }`, and answers as `predict` would on all elements so far, in
 * the units and labels of the training data. With `rows: 100`, or a list of `constants`, as many run side by side, and
 * `step` takes a list. Throws RNN331 if an output needs later elements, RNN334 if the model has no such axis or state, RNN401, RNN411, RNN412
 * and RNN417 for `constants` that do not fit, RNN509 for another number of them than of `rows`, RNN507 for a size that is not known, RNN501
 * for weights of another model.
 */
export const stream = <M extends ModelTypes>(trained: Trained<M>, options: StreamOptions = {}): Stream => {
  checkOptions(options, streaming)
  const used = trainedFor('stream', trained, options)
  return streamFrom(used.model, used.weights, settled(used, options))
}

/**
 * Generates a sequence with a model that reads its own targets one step late, and yields the answers of each step as soon as it is chosen.
 * `after` is the beginning of each target, which is not repeated; `inputs` are those of the model. The same seed gives the same sequence.
 * Throws RNN522 where nothing says when to stop, RNN523 for a model that generates nothing, RNN401, RNN408, RNN411, RNN412, RNN417 and RNN430 for inputs
 * and beginnings that do not fit, RNN509 for options out of range.
 */
export const generate = <M extends ModelTypes>(
  trained: Trained<M>,
  options: GenerateOptions = {},
): AsyncGenerator<Answers, void, undefined> => {
  checkOptions(options, generating)
  checkDecodingOptions(options)
  const used = trainedFor('generate', trained, options)
  return generateFrom(used.model, used.weights, settled(used, options))
}

/** Adds everything that the training knows. */
function settled<M extends ModelTypes, O extends OnTarget & Pick<StreamFrom, 'sizes'>>(
  { fitted, precision }: Trained<M>,
  given: O,
): Omit<O, 'target'> & { readonly fitted: Fitted } {
  const { target, ...options } = given
  return { precision, ...options, sizes: { ...fitted.sizes, ...options.sizes }, fitted, backend: backendNow(target) }
}

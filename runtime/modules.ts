// For programs that only predict, with modules of `rnnc build` and weights files: `rnnc/predict`. Contains neither the parser nor the compiler.
import type { Sizes } from '../compiler/ir/dim.ts'
import { decodeCheckpoint } from './checkpoint.ts'
import { inverse, transform } from './data/fitted.ts'

export { type Diagnostic, RnnError } from '../dsl/diagnostics.ts'

/** The numbers of each parameter, by its name. */
export type ParametersByName = Readonly<Record<string, Float32Array | Float64Array>>

/** A weights file, as a module that was built without weights takes it: `create(weights, sizes)`. */
export interface WeightsFile<Weights = ParametersByName> {
  /** The name of the model that the weights are of. */
  readonly model: string
  /** The numbers of each parameter, row-major. */
  readonly weights: Weights
  /** Sizes that the data of the training bound, such as the number of words. */
  readonly sizes: Sizes
  /**
   * Gives the numbers that the network takes for values of an input as they stand in the data, flat and row-major: scaled numbers, or
   * the indices of labels and tokens. RNN408 for a label that training never saw, RNN430 for a token that is not in the vocabulary.
   */
  encode(input: string, values: ArrayLike<number | string>): Float64Array
  /** Gives what the network answers for a target in the units and labels of the data: `values` are numbers of the network, or indices. */
  decode(target: string, values: ArrayLike<number>): (number | string)[]
}

/**
 * Reads the bytes of a weights file, `*.safetensors`. `Weights` is the type of that name of the module that takes them, whose `create`
 * checks that they fit. RNN502 if the file is damaged, or not written by rnnc; `file` is its name for messages.
 */
export function readWeights<Weights = ParametersByName>(bytes: Uint8Array, file?: string): WeightsFile<Weights>
export function readWeights(bytes: Uint8Array, file = 'the weights file'): WeightsFile<unknown> {
  const { model, parameters, fitted } = decodeCheckpoint(bytes, file)
  const encodings = fitted ?? { calls: {}, ports: {}, sizes: {} }
  return {
    model,
    weights: Object.fromEntries(
      [...parameters].flatMap(([name, { data }]) => (data instanceof Int32Array ? [] : [[name, data]])),
    ),
    sizes: encodings.sizes,
    encode: (input, values) => transform(encodings, input, values),
    decode: (target, values) => inverse(encodings, target, values),
  }
}

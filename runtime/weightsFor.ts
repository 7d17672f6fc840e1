// Takes the weights that a program gives: checks that they are those of the model, and converts them to the precision of the run.
import type { Precision } from '../compiler/backend/backend.ts'
import type { CompiledModel } from '../compiler/index.ts'
import type { Sizes } from '../compiler/ir/dim.ts'
import { fail } from '../dsl/diagnostics.ts'
import { matchParameters } from './checkpoint.ts'
import { describeLeaf, isList } from './data/arrays.ts'
import { checkFinite } from './finiteWeights.ts'
import { shapeOf } from './initializers.ts'
import { isObject } from './json.ts'
import type { Tensor } from './safetensors.ts'
import { realArray, type Weights } from './session.ts'

/**
 * Gives weights in a precision; the same arrays where they have it. RNN509 for what are no arrays by name, RNN501 for weights of another
 * model, RNN515 for those that are infinite in the precision. `what` names them in messages.
 */
export function weightsFor(
  { signature: { name, parameters } }: CompiledModel,
  weights: Weights,
  sizes: Sizes,
  precision: Precision,
  what = 'the weights',
): Weights {
  const shapes = new Map(parameters.map(p => [p.name, shapeOf(p, sizes)]))
  const given = tensorsOf(weights, shapes)
  const stored = dataOf(matchParameters(given, { model: name, parameters, sizes }, what))
  const converted = Object.fromEntries(
    Object.entries(stored).map(([path, data]) => [
      path,
      hasPrecision(data, precision) ? data : realArray(precision, data),
    ]),
  )
  checkFinite(parameters, converted, sizes, { file: what, stored })
  return converted
}

/** Adds their shapes to flat arrays: the declared ones where there are as many numbers. RNN509 for what are no arrays by name. */
function tensorsOf(weights: unknown, shapes: ReadonlyMap<string, readonly number[]>): Map<string, Tensor> {
  const refuse = (found: string): never =>
    fail('RNN509', { what: 'weights', expected: 'a flat typed array for each parameter, by its path', found })
  if (!isObject(weights)) return refuse(isList(weights) ? 'a list' : describeLeaf(weights))
  const tensors = Object.entries(weights).map(([path, data]: [string, unknown]) => {
    if (!isNumbers(data)) return refuse(`${isList(data) ? 'a list' : describeLeaf(data)} for \`${path}\``)
    const shape = shapes.get(path)
    const fits = shape?.reduce((n, dim) => n * dim, 1) === data.length
    return [path, { shape: shape !== undefined && fits ? shape : [data.length], data }] as const
  })
  return new Map(tensors)
}

const dataOf = (tensors: ReadonlyMap<string, Tensor>): Weights =>
  Object.fromEntries([...tensors].map(([path, { data }]) => [path, data]))

const isNumbers = (data: unknown): data is Tensor['data'] =>
  data instanceof Float32Array || data instanceof Float64Array || data instanceof Int32Array

const hasPrecision = (data: Tensor['data'], precision: Precision): boolean =>
  precision === 'f32' ? data instanceof Float32Array : data instanceof Float64Array

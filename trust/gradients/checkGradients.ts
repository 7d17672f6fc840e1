// Checks the gradient of a model of one's own, in one's own test suite.
import { fail } from '../../dsl/diagnostics.ts'
import { fromArrays } from '../../runtime/data/arrays.ts'
import type { Fitted } from '../../runtime/data/fitted.ts'
import { columnsIn } from '../../runtime/library/columns.ts'
import { isTrainedOf, trainedFor } from '../../runtime/library/given.ts'
import type { Examples, Model, ModelTypes, Trainable } from '../../runtime/library/modelTypes.ts'
import { checkOptions, type Rules, rules } from '../../runtime/library/options.ts'
import type { Trained } from '../../runtime/library/trained.ts'
import { type Batch, pack } from '../../runtime/packBatch.ts'
import { fittingSizes, randomBatch } from '../../runtime/randomBatch.ts'
import { initialWeights } from '../../runtime/session.ts'
import { type CheckOptions as CheckAt, checkGradientsAt, type GradientCheck } from './checkGradientsAt.ts'
import { perturbed } from './perturbed.ts'

/** How a gradient is checked. */
export interface CheckOptions<M extends ModelTypes> extends CheckAt {
  /** Examples to check on, as for `fit`, all in one batch; if left out, random ones. */
  readonly data?: Examples<Trainable<M>>
  /** Sizes of the random batch, where others are wanted than those that are chosen: `{ B: 3, T: 5, V: 7 }`. */
  readonly sizes?: Readonly<Record<string, number>>
}

const asked: Rules<CheckOptions<ModelTypes>> = {
  data: { expected: 'columns or rows', holds: value => typeof value === 'object' && value !== null },
  sizes: rules.object,
  backend: rules.target,
  seed: rules.finite,
  most: rules.count,
  tolerance: rules.number,
  reference: rules.object,
  onProgress: rules.callback,
}

/**
 * Compares the compiled gradient of a model with forward mode and with differences of its loss, in float64, on one batch: at the weights of a
 * trained model, or near the initial ones of another, each moved by up to 0.1, as an error in a bias may not show while all biases are 0.
 * `passed` tells the result, `parameters` the largest error of each parameter. The same seed gives the same check.
 * Throws RNN311 for a model without a loss, RNN405 for one without weights, RNN511 where the loss is not finite, and the errors of `fit` for data
 * that does not fit.
 */
export function checkGradients<M extends ModelTypes>(
  checked: Model<M> | Trained<M>,
  options: CheckOptions<M> = {},
): GradientCheck {
  checkOptions(options, asked)
  const what = 'checkGradients'
  const [model, trained] = isTrainedOf(what, checked)
    ? ([
        checked.model,
        trainedFor(what, checked, { precision: 'f64', ...(options.sizes && { sizes: options.sizes }) }),
      ] as const)
    : ([checked, undefined] as const)
  const { data, sizes: known = {}, ...others } = options
  const { seed = 1 } = options
  const { name, parameters } = model.signature
  if (parameters.length === 0) fail('RNN405', { what: `the list of weights of \`${name}\`` })
  const fixed = { ...trained?.fitted.sizes, ...known }
  const { inputs, sizes } =
    data === undefined ? drawn(model, fixed, seed) : batchOf(model, data, fixed, trained?.fitted)
  const weights = trained?.weights ?? perturbed(initialWeights(model, sizes, seed, 'f64'), seed)
  return checkGradientsAt(model, weights, inputs, sizes, { ...others, seed })
}

type Sizes = Readonly<Record<string, number>>

/** Draws a random batch. */
function drawn<M extends ModelTypes>(model: Model<M>, known: Sizes, seed: number): Batch {
  const sizes = fittingSizes(model, known)
  const batch = randomBatch(model.signature, sizes, seed)
  return { ...batch, sizes: { ...sizes, ...batch.sizes } }
}

/** Packs all examples into one batch. */
function batchOf<M extends ModelTypes>({ signature }: Model<M>, data: unknown, known: Sizes, fitted?: Fitted): Batch {
  const columns = columnsIn(data, { signature, targets: true, sizes: known })
  const { part, sizes } = fromArrays(signature, columns, { ...(fitted && { fitted }), sizes: known })
  const all = Int32Array.from({ length: part.count }, (_, i) => i)
  return pack([...signature.inputs, ...signature.targets], part, all, sizes, 'f64')
}

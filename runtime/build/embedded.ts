// The weights that a built module contains: checked against the model, in the precision of the module.
import type { Precision } from '../../compiler/backend/backend.ts'
import type { CompiledModel } from '../../compiler/index.ts'
import { product, type Sizes } from '../../compiler/ir/dim.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { known } from '../data/bindSizes.ts'
import { checkFinite } from '../finiteWeights.ts'
import { realArray, type Weights } from '../session.ts'
import { dimsText, type Layout } from './layout.ts'

/** Converts weights. RNN501 for those that lack a parameter or have others' lengths, RNN515 for those that are not finite in the precision. */
export function embeddedWeights(
  { signature }: CompiledModel,
  { parameters }: Layout,
  stored: Weights,
  precision: Precision,
  sizes: Sizes,
): Weights {
  const differences = parameters.flatMap(({ name, shape }) => {
    if (!Object.hasOwn(stored, name)) return [`they lack \`${name}\` ${dimsText(shape, sizes)}`]
    const [expected, found] = [known(product(shape), sizes), stored[name].length]
    if (expected === undefined || expected === found) return []
    return [`\`${name}\` is ${dimsText(shape, sizes)} in the model, and has ${found} numbers`]
  })
  if (differences.length > 0)
    fail('RNN501', { file: 'the weights', model: signature.name, differences: differences.join('; ') })
  const weights = Object.fromEntries(parameters.map(({ name }) => [name, realArray(precision, stored[name])]))
  checkFinite(signature.parameters, weights, sizes, { stored })
  return weights
}

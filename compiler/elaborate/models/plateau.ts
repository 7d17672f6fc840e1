// Lowers the rate of an optimizer on a plateau (`plateau = reduce(0.5, 5)`): a factor that training computes from its losses.
import { fail } from '../../../dsl/diagnostics.ts'
import { type Builder, scalar } from '../../ir/builder.ts'
import type { Value } from '../../ir/graph.ts'
import { tensor } from '../tensors/layout.ts'
import { type Recipe, staticValue } from '../values/entity.ts'

export interface Plateau {
  /** The rate is multiplied by it, above 0 and below 1, … */
  readonly factor: number
  /** … each time as many epochs have passed without a smaller loss. */
  readonly epochs: number
}

/** Name of the input of the training graph that is the factor of the rate by now. */
export const plateauInput = '@plateau'

/** Gives an optimizer with its rate multiplied by a factor. RNN231 as `rateOf`. */
export function withFactor(builder: Builder, recipe: Recipe, factor: Value): Recipe {
  const rate = builder.emit('mul', [factor, scalar(builder, rateOf(recipe))])
  return { ...recipe, hypers: new Map([...recipe.hypers, ['rate', tensor(rate, [], [], { name: 'rate' })]]) }
}

/** Gives the rate of an optimizer. RNN231 if it has no hyper-parameter of this name that is a number. */
export function rateOf({ hypers, span, unit }: Recipe): number {
  const given = hypers.get('rate')
  const rate = given && staticValue(given)
  if (rate !== undefined) return rate
  const expected = 'one with a hyper-parameter `rate` that is a number, as `plateau` multiplies it'
  return fail('RNN231', { what: 'the optimizer', expected, found: `\`${unit.name.text}\`` }, { span })
}

// Fitting a chain of steps to each component of the elements of a value, on the training part alone.
import { fail } from '../../../dsl/diagnostics.ts'
import type { Chain } from '../encoding.ts'
import { isOneNumber } from '../rounding.ts'
import { elementsIn } from '../sequences.ts'
import { type Elements, rowsOf, seriesOf, widthOf } from '../value.ts'
import type { Call } from './function.ts'

/** What `fit` knows of a component: its values in the rows of the training part. */
export interface Component {
  readonly values: Float64Array
  /** Whether they vary by no more than rounding, and there is nothing to scale. */
  readonly constant: boolean
}

/**
 * One chain for each component. RNN405 if the rows of the training part have no elements, as sequences may; RNN501 where stored
 * chains are for items of another width.
 */
export function fitComponents(value: Elements, call: Call, fit: (component: Component) => Chain): readonly Chain[] {
  const series = seriesOf(value)
  const width = widthOf(series)
  const encoding = call.fit(rowsOf(value), training => {
    const elements = elementsIn(value, training)
    if (elements.length === 0) {
      const help = 'it needs at least one element'
      fail('RNN405', { what: `each sequence of \`${series.source}\` in the training part` }, { span: call.span, help })
    }
    const errors = series.rounding()
    const chainOf = (_: unknown, component: number): Chain => {
      const pick = (all: Float64Array): Float64Array => {
        const picked = new Float64Array(elements.length)
        for (let i = 0; i < picked.length; i++) picked[i] = all[elements[i] * width + component]
        return picked
      }
      const values = pick(series.values)
      return fit({ values, constant: isOneNumber(values, pick(errors)) })
    }
    return { kind: 'numbers', chains: Array.from({ length: width }, chainOf) }
  })
  const fitted = encoding.kind === 'numbers' ? encoding.chains : []
  // One chain is for scalars, whatever they stand in.
  if (fitted.length === 1 || fitted.length === width || series.rows === 0) return fitted
  const differences = `\`${series.source}\` has items of ${width}, and ${fitted.length} were scaled in training`
  return fail('RNN501', { file: 'the weights', model: call.model, differences }, { span: call.span })
}

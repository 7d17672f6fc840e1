// Fitting a chain of steps to each component of the elements of a value, on the training part alone.
import { fail } from '../../../dsl/diagnostics.ts'
import type { Chain } from '../encoding.ts'
import { boundsOf, isOneNumber } from '../rounding.ts'
import { elementsIn, originOf } from '../sequences.ts'
import { type Elements, rowsOf, seriesOf, widthOf } from '../value.ts'
import type { Call } from './function.ts'

/** What `fit` knows of a component: its values in the rows of the training part. */
export interface Component {
  readonly values: Float64Array
  /** Whether they vary by no more than rounding, and there is nothing to scale. */
  readonly constant: boolean
}

/**
 * One chain for each component. RNN405 if the rows of the training part have no elements, as sequences may; RNN417 for a number by
 * which the others cannot be scaled; RNN501 where stored chains are for items of another width.
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
    const errors = boundsOf(series.rounding)
    const chainOf = (_: unknown, component: number): Chain => {
      const pick = (all: Float64Array): Float64Array => {
        const picked = new Float64Array(elements.length)
        for (let i = 0; i < picked.length; i++) picked[i] = all[elements[i] * width + component]
        return picked
      }
      const values = pick(series.values)
      const ownErrors = pick(errors)
      const chain = fit({ values, constant: isOneNumber(values, ownErrors) })
      const far = farthest(values)
      if (hasNumbers(chain) && !drowns(values[far], values, ownErrors)) return chain
      const place = originOf(value, elements[far] * width + component)
      return fail('RNN417', { value: values[far], what: 'to scale the others by', place }, { span: call.span })
    }
    return { kind: 'numbers', chains: Array.from({ length: width }, chainOf) }
  })
  const fitted = encoding.kind === 'numbers' ? encoding.chains : []
  // One chain is for scalars, whatever they stand in.
  if (fitted.length === 1 || fitted.length === width || series.rows === 0) return fitted
  const differences = `\`${series.source}\` has items of ${width}, and ${fitted.length} were scaled in training`
  return fail('RNN501', { file: 'the weights', model: call.model, differences }, { span: call.span })
}

const hasNumbers = (chain: Chain): boolean => chain.every(step => !('value' in step) || Number.isFinite(step.value))

/** The place of the number that is the farthest from 0. */
const farthest = (values: Float64Array): number =>
  values.reduce((far, x, i) => (Math.abs(x) > Math.abs(values[far]) ? i : far), 0)

/**
 * Whether half of the smaller numbers or more are below the last digit of this one, and are not one number: scaled beside it they would
 * be. Of numbers that count something real none is so large; without this bound, noise around 0 would be refused beside a 1.
 */
function drowns(large: number, values: Float64Array, errors: Float64Array): boolean {
  const size = Math.abs(large)
  if (size <= Number.MAX_SAFE_INTEGER) return false
  const smaller = values.reduce((n, x) => (Math.abs(x) < size ? n + 1 : n), 0)
  const isBelow = (_: number, i: number): boolean => Math.abs(values[i]) <= size * Number.EPSILON
  const below = values.filter(isBelow)
  return 2 * below.length >= smaller && !isOneNumber(below, errors.filter(isBelow))
}

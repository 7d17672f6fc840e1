// Fits a chain of steps to each component of the elements of a value, on the training part alone.
import { fail } from '../../../dsl/diagnostics.ts'
import type { Chain } from '../encoding.ts'
import { countElements, eachElement, originOf } from '../raggedSequences.ts'
import { boundsAt, isOneNumber } from '../rounding.ts'
import { type Elements, rowsOf, seriesOf, widthOf } from '../value.ts'
import type { Call } from './function.ts'

/** Values of a component in the rows of the training part, which are visited where they are, not copied. */
export interface Component {
  readonly count: number
  readonly first: number
  readonly each: (visit: (x: number) => void) => void
  /** Whether they vary by no more than rounding, so that there is nothing to scale. */
  readonly constant: boolean
}

/** Visits numbers, with bounds of their errors and their places among all. */
type Each = (visit: (x: number, error: number, place: number) => void) => void

/**
 * Fits one chain for each component. RNN405 if the rows of the training part have no elements, as sequences may; RNN417 for a number
 * by which the others cannot be scaled; RNN501 where stored chains are for items of another width.
 */
export function fitComponents(value: Elements, call: Call, fit: (component: Component) => Chain): readonly Chain[] {
  const series = seriesOf(value)
  const width = widthOf(series)
  const encoding = call.fit(rowsOf(value), training => {
    const count = countElements(value, training)
    if (count === 0) {
      const help = 'it needs at least one element'
      fail('RNN405', { what: `each sequence of \`${series.source}\` in the training part` }, { span: call.span, help })
    }
    const boundAt = boundsAt(series.rounding)
    const chainOf = (_: unknown, component: number): Chain => {
      const numberOf = series.values.component(component)
      const each: Each = visit =>
        eachElement(value, training, element => {
          const place = element * width + component
          visit(numberOf(element), boundAt(place), place)
        })
      const far = farthest(each)
      const chain = fit({ count, first: firstOf(each), each, constant: isOneNumber(each) })
      if (hasNumbers(chain) && !drowns(far.value, each)) return chain
      const place = originOf(value, far.place)
      return fail('RNN417', { value: far.value, what: 'for scaling', place }, { span: call.span })
    }
    return { kind: 'numbers', chains: Array.from({ length: width }, chainOf) }
  })
  const fitted = encoding.kind === 'numbers' ? encoding.chains : []
  // A single chain is for scalars, in a series or in sequences.
  if (fitted.length === 1 || fitted.length === width || series.rows === 0) return fitted
  const differences = `\`${series.source}\` has ${width} columns, but training scaled ${fitted.length}`
  return fail('RNN501', { file: 'the weights', model: call.model, differences }, { span: call.span })
}

const hasNumbers = (chain: Chain): boolean => chain.every(step => !('value' in step) || Number.isFinite(step.value))

function firstOf(each: Each): number {
  let first: number | undefined
  each(x => {
    first ??= x
  })
  return first ?? Number.NaN
}

/** Finds the first of the numbers that are the farthest from 0. */
function farthest(each: Each): { readonly value: number; readonly place: number } {
  let far = { value: 0, place: -1 }
  each((value, _, place) => {
    if (far.place < 0 || Math.abs(value) > Math.abs(far.value)) far = { value, place }
  })
  return far
}

/**
 * Tells whether half of the smaller numbers or more are below the last digit of this one, and are not one number: scaled beside it they
 * would be. Only above 2⁵³, as no real measure is so large, and as noise around 0 would otherwise be refused beside a 1.
 */
function drowns(large: number, each: Each): boolean {
  const size = Math.abs(large)
  if (size <= Number.MAX_SAFE_INTEGER) return false
  const isBelow = (x: number): boolean => Math.abs(x) <= size * Number.EPSILON
  let smaller = 0
  let below = 0
  each(x => {
    if (Math.abs(x) < size) smaller++
    if (isBelow(x)) below++
  })
  const eachBelow: Parameters<typeof isOneNumber>[0] = visit =>
    each((x, error) => {
      if (isBelow(x)) visit(x, error)
    })
  return 2 * below >= smaller && !isOneNumber(eachBelow)
}

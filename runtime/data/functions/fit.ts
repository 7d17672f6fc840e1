// Fitting a chain of steps to each component of the elements of a value, on the training part alone.
import { fail } from '../../../dsl/diagnostics.ts'
import type { Chain } from '../encoding.ts'
import { elementsIn, placeOf } from '../sequences.ts'
import { type Elements, rowsOf, seriesOf, widthOf } from '../value.ts'
import type { Call } from './function.ts'

/**
 * One chain for each component; `fit` gets the component's values in the rows of the training part. RNN405 if these have no
 * elements, as sequences may; RNN417 if a step of the chain is no number.
 */
export function fitComponents(value: Elements, call: Call, fit: (values: Float64Array) => Chain): readonly Chain[] {
  const series = seriesOf(value)
  const width = widthOf(series)
  const encoding = call.fit(rowsOf(value), training => {
    const elements = elementsIn(value, training)
    if (elements.length === 0) {
      const help = 'it needs at least one element'
      fail('RNN405', { what: `each sequence of \`${series.source}\` in the training part` }, { span: call.span, help })
    }
    return {
      kind: 'numbers',
      chains: Array.from({ length: width }, (_, component) => {
        const chain = fit(Float64Array.from(elements, element => series.values[element * width + component]))
        if (!allFinite(chain)) tooLarge(value, elements, component, call)
        return chain
      }),
    }
  })
  if (encoding.kind !== 'numbers') throw new Error('what was fitted for classes cannot scale numbers')
  const { chains } = encoding
  // Sequences that are all empty do not show what their items are.
  if (chains.length !== width && series.rows > 0) {
    const declared = `${chains.length} to an element in training`
    fail('RNN411', { input: series.source, declared, found: `${width} to an element` }, { span: call.span })
  }
  return chains
}

const allFinite = (chain: Chain): boolean => chain.every(step => !('value' in step) || Number.isFinite(step.value))

/** RNN417 for the element that is the farthest from 0: what was computed of it and the others is no number. */
function tooLarge(value: Elements, elements: Int32Array, component: number, { span }: Call): never {
  const series = seriesOf(value)
  const at = (element: number): number => element * widthOf(series) + component
  const size = (element: number): number => Math.abs(series.values[at(element)])
  const farthest = elements.reduce((a, b) => (size(b) > size(a) ? b : a))
  const values = {
    value: series.values[at(farthest)],
    what: 'to scale the others by',
    place: placeOf(value, at(farthest)),
  }
  return fail('RNN417', values, { span })
}

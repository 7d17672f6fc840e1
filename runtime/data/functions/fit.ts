// Fitting a chain of steps to each component of the elements of a value, on the training part alone.
import { fail } from '../../../dsl/diagnostics.ts'
import type { Chain } from '../encoding.ts'
import { elementsIn } from '../sequences.ts'
import { type Elements, rowsOf, seriesOf, widthOf } from '../value.ts'
import type { Call } from './function.ts'

/**
 * One chain for each component; `fit` gets the component's values in the rows of the training part. RNN405 if these have no
 * elements, as sequences may.
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
      chains: Array.from({ length: width }, (_, component) =>
        fit(Float64Array.from(elements, element => series.values[element * width + component])),
      ),
    }
  })
  if (encoding.kind !== 'numbers') throw new Error('what was fitted for classes cannot scale numbers')
  return encoding.chains
}

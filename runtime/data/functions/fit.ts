// Fitting a chain of steps to each component of a series, on the training part alone.
import type { Chain } from '../encoding.ts'
import { type Series, widthOf } from '../value.ts'
import type { Call } from './function.ts'

/** One chain for each component; `fit` gets the component's values in the rows of the training part. */
export function fitComponents(series: Series, call: Call, fit: (values: Float64Array) => Chain): readonly Chain[] {
  const width = widthOf(series)
  const encoding = call.fit(series.rows, training => ({
    kind: 'numbers',
    chains: Array.from({ length: width }, (_, component) =>
      fit(Float64Array.from(training, row => series.values[row * width + component])),
    ),
  }))
  if (encoding.kind !== 'numbers') throw new Error('what was fitted for classes cannot scale numbers')
  return encoding.chains
}

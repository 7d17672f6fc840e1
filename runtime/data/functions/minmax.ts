// minmax(x): from 0 at the least to 1 at the greatest value of the training part, for each component of the item.
// A component that varies by no more than rounding is only shifted; values of other parts may lie outside of 0 … 1.
import { extend, numeric } from '../series.ts'
import { fitComponents } from './fit.ts'
import type { DataFunction } from './function.ts'

export const minmax: DataFunction = {
  name: 'minmax',
  parameters: [{ name: 'x' }],
  readsRounding: true,
  apply: ([x], call) => {
    const numbers = numeric(x, '`minmax`')
    const chains = fitComponents(numbers, call, ({ each, constant }) => {
      let low = Number.POSITIVE_INFINITY
      let high = Number.NEGATIVE_INFINITY
      each(x => {
        low = Math.min(low, x)
        high = Math.max(high, x)
      })
      return [
        { kind: 'add', value: -low },
        { kind: 'divide', value: constant ? 1 : high - low },
      ]
    })
    return extend(numbers, chains, '`minmax`', x)
  },
}

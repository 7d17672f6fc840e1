// standardize(x): mean 0 and standard deviation 1 (that of the population) over the training part, for each component of the item.
// A component that varies by no more than rounding is only shifted.
import { extend, numeric } from '../series.ts'
import { fitComponents } from './fit.ts'
import type { DataFunction } from './function.ts'

export const standardize: DataFunction = {
  name: 'standardize',
  parameters: [{ name: 'x' }],
  apply: ([x], call) => {
    const numbers = numeric(x, 'what `standardize` takes')
    const chains = fitComponents(numbers, call, ({ values, constant }) => {
      const mean = constant ? values[0] : average(values)
      const sd = constant ? 1 : deviation(values, mean)
      return [
        { kind: 'add', value: -mean },
        { kind: 'divide', value: sd },
      ]
    })
    return extend(numbers, chains, '`standardize`', x.span)
  },
}

const average = (values: Float64Array): number => values.reduce((sum, v) => sum + v / values.length, 0)

/** The root of the mean square of what values are from their mean, also where the squares have no number. */
function deviation(values: Float64Array, mean: number): number {
  const apart = values.map(v => v - mean)
  const sd = Math.sqrt(average(apart.map(a => a * a)))
  if (sd > 0 && Number.isFinite(sd)) return sd
  const most = apart.reduce((m, a) => Math.max(m, Math.abs(a)), 0)
  return most * Math.sqrt(average(apart.map(a => (a / most) ** 2)))
}

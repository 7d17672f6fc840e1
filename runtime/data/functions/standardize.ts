// standardize(x): mean 0 and standard deviation 1 (that of the population) over the training part, for each component of the item.
// A component that varies by no more than rounding is only shifted.
import { extend, numeric } from '../series.ts'
import { type Component, fitComponents } from './fit.ts'
import type { DataFunction } from './function.ts'

export const standardize: DataFunction = {
  name: 'standardize',
  parameters: [{ name: 'x' }],
  readsRounding: true,
  apply: ([x], call) => {
    const numbers = numeric(x, '`standardize`')
    const chains = fitComponents(numbers, call, component => {
      const { constant, first } = component
      const mean = constant ? first : average(component, x => x)
      const sd = constant ? 1 : deviation(component, mean)
      return [
        { kind: 'add', value: -mean },
        { kind: 'divide', value: sd },
      ]
    })
    return extend(numbers, chains, '`standardize`', x)
  },
}

/** Mean of a function of each value. */
function average({ each, count }: Component, of: (x: number) => number): number {
  let sum = 0
  each(x => {
    sum += of(x) / count
  })
  return sum
}

/** Root of the mean square distance of values from their mean, also where the squares overflow or underflow. */
function deviation(component: Component, mean: number): number {
  const sd = Math.sqrt(average(component, x => (x - mean) * (x - mean)))
  if (sd > 0 && Number.isFinite(sd)) return sd
  let most = 0
  component.each(x => {
    most = Math.max(most, Math.abs(x - mean))
  })
  return most * Math.sqrt(average(component, x => ((x - mean) / most) ** 2))
}

// log(x): the natural logarithm. Undone in predictions.
import { extend, numeric } from '../series.ts'
import type { DataFunction } from './function.ts'

export const log: DataFunction = {
  name: 'log',
  parameters: [{ name: 'x' }],
  apply: ([x]) => extend(numeric(x, 'what `log` takes'), [[{ kind: 'log' }]], '`log`', x.span),
}

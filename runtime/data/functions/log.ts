// log(x): the natural logarithm. Undone in predictions.
import { extend, mapSeries, numeric } from '../series.ts'
import type { DataFunction } from './function.ts'

export const log: DataFunction = {
  name: 'log',
  parameters: [{ name: 'x' }],
  apply: ([x]) =>
    mapSeries(numeric(x, 'what `log` takes'), series => extend(series, [[{ kind: 'log' }]], '`log`', x.span)),
}

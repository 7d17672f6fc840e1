// sqrt(x): the square root. Undone in predictions.
import { extend, mapSeries, numeric } from '../series.ts'
import type { DataFunction } from './function.ts'

export const sqrt: DataFunction = {
  name: 'sqrt',
  parameters: [{ name: 'x' }],
  apply: ([x]) =>
    mapSeries(numeric(x, 'what `sqrt` takes'), series => extend(series, [[{ kind: 'sqrt' }]], '`sqrt`', x.span)),
}

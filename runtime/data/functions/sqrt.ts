// sqrt(x): the square root. Undone in predictions.
import { extend, numeric } from '../series.ts'
import type { DataFunction } from './function.ts'

export const sqrt: DataFunction = {
  name: 'sqrt',
  parameters: [{ name: 'x' }],
  apply: ([x]) => extend(numeric(x, 'what `sqrt` takes'), [[{ kind: 'sqrt' }]], '`sqrt`', x.span),
}

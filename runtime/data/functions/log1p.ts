// log1p(x): log(1 + x), for counts that may be 0. Undone in predictions.
import { extend, numeric } from '../series.ts'
import type { DataFunction } from './function.ts'

export const log1p: DataFunction = {
  name: 'log1p',
  parameters: [{ name: 'x' }],
  apply: ([x]) => extend(numeric(x, 'what `log1p` takes'), [[{ kind: 'log1p' }]], '`log1p`', x.span),
}

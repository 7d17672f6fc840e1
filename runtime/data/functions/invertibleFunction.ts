// What a data block calls by the name of an invertible function.

import type { PlainKind } from '../scalingSteps.ts'
import { extend, numeric } from '../series.ts'
import type { DataFunction } from './function.ts'

export const invertibleFunction = (name: PlainKind): DataFunction => ({
  name,
  parameters: [{ name: 'x' }],
  apply: ([x]) => extend(numeric(x, `\`${name}\``), [[{ kind: name }]], `\`${name}\``, x.span),
})

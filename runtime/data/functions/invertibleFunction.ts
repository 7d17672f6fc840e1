// Makes the data function that applies an invertible function to each number.

import type { PlainKind } from '../scalingSteps.ts'
import { extend, numeric } from '../series.ts'
import type { DataFunction } from './function.ts'

export const invertibleFunction = (name: PlainKind): DataFunction => ({
  name,
  parameters: [{ name: 'x' }],
  apply: ([x]) => extend(numeric(x, `\`${name}\``), [[{ kind: name }]], `\`${name}\``, x),
})

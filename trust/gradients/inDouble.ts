// Arrays with reals in float64, the precision of every judge.
import type { Buffer } from '../../compiler/backend/backend.ts'

/** Copies reals to float64; ints stay. */
export const inDouble = (arrays: Readonly<Record<string, Buffer>>): Record<string, Buffer> =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, data]) => [name, data instanceof Int32Array ? data : Float64Array.from(data)]),
  )

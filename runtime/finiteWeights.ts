// Checks that weights can be used: each is a finite number.
import type { Parameter } from '../compiler/elaborate/values/signature.ts'
import { unravel } from '../compiler/ir/array.ts'
import type { Sizes } from '../compiler/ir/dim.ts'
import { fail } from '../dsl/diagnostics.ts'
import { allFinite } from './finite.ts'
import { shapeOf } from './initializers.ts'
import type { Weights } from './session.ts'

/** RNN515 for the first weight that is NaN or infinite. `file` names the weights in messages; `stored` are their values before rounding. */
export function checkFinite(
  parameters: readonly Parameter[],
  weights: Weights,
  sizes: Sizes,
  { file = 'the weights', stored }: { readonly file?: string; readonly stored?: Weights } = {},
): void {
  for (const parameter of parameters) {
    const { name } = parameter
    if (!Object.hasOwn(weights, name)) continue
    const data = weights[name]
    if (allFinite(data)) continue
    const place = data.findIndex((x: number) => !Number.isFinite(x))
    const index = unravel(place, shapeOf(parameter, sizes))
    const before = stored?.[name]?.[place]
    const rounded = before !== undefined && Number.isFinite(before)
    const value = rounded ? `${before}, which is infinite in f32` : String(data[place])
    const weight = index.length === 0 ? name : `${name}[${index.join(', ')}]`
    fail('RNN515', { file, weight, value }, rounded ? { help: 'use `--dtype f64`' } : {})
  }
}

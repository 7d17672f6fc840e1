// Describes a model by its inputs, targets, outputs and parameters, as text and as JSON.
import type { Signature } from '../compiler/elaborate/values/signature.ts'
import { add, asNumber, constant, type Dim, format, product } from '../compiler/ir/dim.ts'
import { withCommas } from '../dsl/counted.ts'
import { describePort } from '../runtime/data/bindSizes.ts'
import type { JsonValue } from './output.ts'

/** Counts the numbers in the parameters: a formula where a size is not known. */
export const parameterCount = ({ parameters }: Signature): Dim =>
  parameters.map(p => product(p.shape)).reduce(add, constant(0))

/** Writes a formula; a number alone with commas. */
export function formula(dim: Dim): string {
  const value = asNumber(dim)
  return value === undefined ? format(dim).replaceAll('*', '·') : withCommas(value)
}

/** The weights of a model in words: `1 parameter`, `12,345 parameters`. */
export function parametersText(signature: Signature): string {
  const count = parameterCount(signature)
  return `${formula(count)} parameter${asNumber(count) === 1 ? '' : 's'}`
}

export const shapeText = (shape: readonly Dim[]): string => `[${shape.map(d => format(d)).join(', ')}]`

/** Describes a signature for `--json`. */
export const signatureJson = (signature: Signature): { readonly [key: string]: JsonValue } => ({
  name: signature.name,
  ...Object.fromEntries(
    (['inputs', 'targets', 'outputs'] as const).map(kind => [
      kind,
      signature[kind].map(port => ({ name: port.name, type: describePort(port) })),
    ]),
  ),
  parameters: signature.parameters.map(p => ({ name: p.name, shape: p.shape.map(d => asNumber(d) ?? format(d)) })),
  parameterCount: asNumber(parameterCount(signature)) ?? format(parameterCount(signature)),
})

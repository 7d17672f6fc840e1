// The side of a sequence at which elements are dropped or added.
import { fail } from '../../../dsl/diagnostics.ts'
import { type Argument, describe, type Value } from '../value.ts'

/** Default of `pad_sequences` in Keras. */
export const defaultSide: Value = { kind: 'text', value: 'pre' }

/** Reads the side. RNN231 for anything else. */
export function sideOf({ value, span }: Argument): 'pre' | 'post' {
  if (value.kind === 'text' && (value.value === 'pre' || value.value === 'post')) return value.value
  return fail('RNN231', { what: '`side`', expected: '"pre" or "post"', found: describe(value) }, { span })
}

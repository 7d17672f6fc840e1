// windows(x, length, ahead = 1): every place of a series where `length` items and the `ahead` items after them fit.
// `.past` gives the items, over an axis; `.next` the items after them, over an axis too unless `ahead` is 1.
// Cut inside each part of the split: the first `length` items of a part serve as past only, and no window straddles two parts.

import { fail } from '../../../dsl/diagnostics.ts'
import { inWords, numeric, truthsOf } from '../series.ts'
import { type Argument, describe, type Elements } from '../value.ts'
import { type DataFunction, wholeNumber } from './function.ts'

export const windows: DataFunction = {
  name: 'windows',
  takesRows: true,
  parameters: [{ name: 'x' }, { name: 'length' }, { name: 'ahead', default: { kind: 'number', value: 1 } }],
  apply: ([x, length, ahead]) => {
    const series = elements(x)
    if (series.kind !== 'series') {
      return fail('RNN422', { user: '`windows`', expected: 'a series', found: describe(series) }, x)
    }
    return {
      kind: 'windows',
      series,
      length: wholeNumber(length, '`length`', 1),
      ahead: wholeNumber(ahead, '`ahead`', 1),
    }
  },
}

/** Reads numbers, classes, tokens or truths. */
function elements(x: Argument): Elements {
  const { value, span } = x
  if (value.kind === 'column' && inWords(value)) return truthsOf(value, span)
  const asTheyAre = value.kind === 'series' && (value.encoding.kind !== 'numbers' || value.truths)
  return asTheyAre ? value : numeric(x, '`windows`')
}

// windows(x, length, ahead = 1): every place of a series where `length` items and the `ahead` items after them fit.
// `.past` is the items, over an axis; `.next` is what follows, over an axis too unless `ahead` is 1.
// They are cut inside each part of the split, so the first `length` items of a part serve as past only, and nothing straddles.

import { fail } from '../../../dsl/diagnostics.ts'
import { inWords, numeric, truthsOf } from '../series.ts'
import { type Argument, describe, type Elements } from '../value.ts'
import { type DataFunction, wholeNumber } from './function.ts'

export const windows: DataFunction = {
  name: 'windows',
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

/** Numbers, classes or truths. */
function elements(x: Argument): Elements {
  const { value, span } = x
  if (value.kind === 'column' && inWords(value)) return truthsOf(value, span)
  const asTheyAre = value.kind === 'series' && (value.encoding.kind === 'classes' || value.truths)
  return asTheyAre ? value : numeric(x, '`windows`')
}

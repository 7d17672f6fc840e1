// windows(x, length, ahead = 1): every place of a series where `length` items and the `ahead` items after them fit.
// `.past` gives the items, over an axis; `.next` the items after them, over an axis too unless `ahead` is 1.
// Cut inside each part of the split: the first `length` items of a part serve as past only, and no window straddles two parts.
import { neighbours } from '../series.ts'
import { type DataFunction, wholeNumber } from './function.ts'

export const windows: DataFunction = {
  name: 'windows',
  takesRows: true,
  parameters: [{ name: 'x' }, { name: 'length' }, { name: 'ahead', default: { kind: 'number', value: 1 } }],
  apply: ([x, length, ahead]) => {
    return {
      kind: 'windows',
      series: neighbours(x, '`windows`'),
      length: wholeNumber(length, '`length`', 1),
      ahead: wholeNumber(ahead, '`ahead`', 1),
    }
  },
}

// streams(x, n): a series as n long rows, one after another, whose lengths differ by one at most: a text to learn by `truncate`, n
// streams at a time. Cut inside each part of the split: a text is divided by time before it is cut into rows.
import { neighbours } from '../series.ts'
import { type DataFunction, wholeNumber } from './function.ts'

export const streams: DataFunction = {
  name: 'streams',
  parameters: [{ name: 'x' }, { name: 'n' }],
  apply: ([x, n]) => ({
    kind: 'streamed',
    series: neighbours(x, '`streams`'),
    count: wholeNumber(n, '`n`', 1),
  }),
}

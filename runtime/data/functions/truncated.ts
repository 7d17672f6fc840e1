// truncated(x, n, side = "pre"): of each sequence at most n elements. "pre" drops those in front, "post" those at the end.
import { sequencesOf, slices } from '../raggedSequences.ts'
import { type DataFunction, wholeNumber } from './function.ts'
import { defaultSide, sideOf } from './side.ts'

export const truncated: DataFunction = {
  name: 'truncated',
  parameters: [{ name: 'x' }, { name: 'n' }, { name: 'side', default: defaultSide }],
  apply: ([x, n, side]) => {
    const sequences = sequencesOf(x, '`truncated`')
    const most = wholeNumber(n, '`n`', 1)
    const from = sideOf(side)
    return slices(sequences, length => {
      const kept = Math.min(length, most)
      return from === 'post' ? [0, kept] : [length - kept, length]
    })
  },
}

// truncated(x, n, side = "pre"): of each sequence at most n elements. "pre" drops those in front, "post" those at the end.
import { sequencesOf, startsOf } from '../sequences.ts'
import { widthOf } from '../value.ts'
import { type DataFunction, wholeNumber } from './function.ts'
import { defaultSide, sideOf } from './side.ts'

export const truncated: DataFunction = {
  name: 'truncated',
  parameters: [{ name: 'x' }, { name: 'n' }, { name: 'side', default: defaultSide }],
  apply: ([x, n, side]) => {
    const sequences = sequencesOf(x, 'what `truncated` takes')
    const most = wholeNumber(n, '`n`', 1)
    const from = sideOf(side)
    const { series } = sequences
    const width = widthOf(series)
    const starts = startsOf(sequences)
    const lengths = sequences.lengths.map(length => Math.min(length, most))
    const rows = lengths.reduce((sum, length) => sum + length, 0)
    const values = new Float64Array(rows * width)
    let end = 0
    lengths.forEach((length, row) => {
      const start = from === 'post' ? starts[row] : starts[row + 1] - length
      values.set(series.values.subarray(start * width, (start + length) * width), end)
      end += length * width
    })
    return { kind: 'sequences', series: { ...series, rows, values }, lengths }
  },
}

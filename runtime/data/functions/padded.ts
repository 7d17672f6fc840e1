// padded(x, n, side = "pre"): every sequence n elements long, with zeros in front or, "post", at the end: for `over T[n]`.
import { fail } from '../../../dsl/diagnostics.ts'
import { sequencesOf, startsOf } from '../sequences.ts'
import { describe, widthOf } from '../value.ts'
import { type DataFunction, wholeNumber } from './function.ts'
import { defaultSide, sideOf } from './side.ts'

export const padded: DataFunction = {
  name: 'padded',
  parameters: [{ name: 'x' }, { name: 'n' }, { name: 'side', default: defaultSide }],
  apply: ([x, n, side]) => {
    const what = 'what `padded` takes'
    const sequences = sequencesOf(x, what)
    const { series, lengths } = sequences
    // Every index is a label's, and none is left to pad with.
    if (series.encoding.kind === 'classes') {
      return fail('RNN210', { what, expected: 'sequences of numbers', found: describe(sequences) }, x)
    }
    const length = wholeNumber(n, '`n`', 1)
    const at = sideOf(side)
    const width = widthOf(series)
    const starts = startsOf(sequences)
    const rows = lengths.length * length
    const values = new Float64Array(rows * width)
    lengths.forEach((own, row) => {
      if (own > length) {
        const expected = `at most ${length} element${length === 1 ? '' : 's'} long`
        const help = `shorten it first: \`truncated(…, ${length})\``
        fail(
          'RNN210',
          { what: `row ${row + 1} of \`${series.source}\``, expected, found: `${own} long` },
          { span: x.span, help },
        )
      }
      const place = row * length + (at === 'pre' ? length - own : 0)
      values.set(series.values.subarray(starts[row] * width, starts[row + 1] * width), place * width)
    })
    return { kind: 'sequences', series: { ...series, rows, values }, lengths: lengths.map(() => length) }
  },
}

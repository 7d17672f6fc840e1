// padded(x, n, side = "pre"): every sequence n elements long, with zeros (of sequences in sequences,
// empty ones) in front or, "post", at the end: for `over T[n]`.
import { fail } from '../../../dsl/diagnostics.ts'
import { rounding } from '../rounding.ts'
import { sequencesOf, sumsOf } from '../sequences.ts'
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
    lengths.forEach((own, row) => {
      if (own <= length) return
      const expected = `at most ${length} element${length === 1 ? '' : 's'} long`
      const help = `shorten it first: \`truncated(…, ${length})\``
      const what = `row ${row + 1} of \`${series.source}\``
      fail('RNN210', { what, expected, found: `${own} long` }, { span: x.span, help })
    })
    const rows = lengths.map((own, row) => ({ own, row, place: row * length + (at === 'pre' ? length - own : 0) }))
    const starts = sumsOf(lengths)
    const padding = (all: ArrayLike<number>, width: number): Float64Array => {
      const spread = new Float64Array(lengths.length * length * width)
      for (const { own, row, place } of rows) {
        for (let i = 0; i < own * width; i++) spread[place * width + i] = all[starts[row] * width + i]
      }
      return spread
    }
    const padded = { ...sequences, lengths: lengths.map(() => length) }
    // An element that is a sequence itself is padded with empty ones.
    const [counts, ...below] = sequences.inner
    if (counts !== undefined) return { ...padded, inner: [Array.from(padding(counts, 1)), ...below] }
    const { labels: _, ...rest } = series
    const width = widthOf(series)
    const values = padding(series.values, width)
    const elements = lengths.length * length
    const bounds = rounding([series.rounding], ([own]) => padding(own, width))
    return { ...padded, series: { ...rest, rows: elements, values, rounding: bounds } }
  },
}

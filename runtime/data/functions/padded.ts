// padded(x, n, side = "pre"): every sequence n elements long, with zeros (of sequences in sequences,
// empty ones) in front or, "post", at the end: for `over T[n]`.
import { counted } from '../../../dsl/counted.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { sequencesOf, sumsOf } from '../raggedSequences.ts'
import { rounding } from '../rounding.ts'
import { describe, type Numbers, widthOf } from '../value.ts'
import { type DataFunction, wholeNumber } from './function.ts'
import { defaultSide, sideOf } from './side.ts'

export const padded: DataFunction = {
  name: 'padded',
  parameters: [{ name: 'x' }, { name: 'n' }, { name: 'side', default: defaultSide }],
  apply: ([x, n, side]) => {
    const sequences = sequencesOf(x, '`padded`')
    const { series, lengths } = sequences
    // Refuses classes: every index stands for a label, and none is left to pad with.
    if (series.encoding.kind === 'classes') {
      return fail('RNN422', { user: '`padded`', expected: 'sequences of numbers', found: describe(sequences) }, x)
    }
    const length = wholeNumber(n, '`n`', 1)
    const at = sideOf(side)
    lengths.forEach((own, row) => {
      if (own <= length) return
      const place = `row ${row + 1} of \`${series.source}\``
      fail('RNN425', { place, length: counted(own, 'element'), most: length }, { span: x.span })
    })
    const starts = sumsOf(lengths)
    /** Copies `width` numbers for each element into an array of zeros, which pad each row. */
    const pad = <A extends Numbers>(all: A, width: number, to: A): A => {
      lengths.forEach((own, row) => {
        const place = row * length + (at === 'pre' ? length - own : 0)
        for (let i = 0; i < own * width; i++) to[place * width + i] = all[starts[row] * width + i]
      })
      return to
    }
    const elements = lengths.length * length
    const padding = (all: Float64Array, width: number): Float64Array =>
      pad(all, width, new Float64Array(elements * width))
    const padded = { ...sequences, lengths: lengths.map(() => length) }
    // Pads elements that are sequences themselves with empty ones.
    const [counts, ...below] = sequences.inner
    if (counts !== undefined) return { ...padded, inner: [pad(counts, 1, new Int32Array(elements)), ...below] }
    const { labels: _, large: __, ...rest } = series
    const width = widthOf(series)
    const values = series.values.each((own, width) =>
      own instanceof Int32Array
        ? pad(own, width, new Int32Array(elements * width))
        : own instanceof Uint8Array
          ? pad(own, width, new Uint8Array(elements * width))
          : padding(own, width),
    )
    const bounds = rounding([series.rounding], ([own]) => padding(own, width))
    return { ...padded, series: { ...rest, rows: elements, values, rounding: bounds } }
  },
}

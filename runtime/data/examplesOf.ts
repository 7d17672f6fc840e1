// Makes the examples of a value that feeds an input or target, for some rows.
import { counted } from '../../dsl/counted.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { type Example, Examples } from './example.ts'
import type { Feed } from './feed.ts'
import { levelsOf, originOf, startsOf } from './raggedSequences.ts'
import type { Rows } from './rows.ts'
import { type Sequences, type Series, seriesOf, widthOf } from './value.ts'

interface PartOfRows {
  /** Name of the part or of the data, for messages. */
  readonly name: string
  /** Whether windows need not have their `ahead` elements: a forecast is made from a past without its next. */
  readonly open: boolean
}

/** Makes the examples of some rows, which are consecutive for windows and streams. RNN409 if no window fits, RNN431 for a stream without elements. */
export function examplesOf({ value, span }: Feed, rows: Rows, { name, open }: PartOfRows): Examples {
  switch (value.kind) {
    case 'series':
      return rowsOfSeries(value, rows)
    case 'sequences':
      return sequences(value, rows)
    case 'streamed': {
      const { series, count } = value
      if (rows.length < count)
        fail('RNN431', { count, part: name, elements: counted(rows.length, 'element') }, { span })
      return new Examples(count, i => {
        const [from, to] = [i, i + 1].map(edge => streamStart(rows.length, count, edge))
        return { values: between(series, rows.at(0) + from, to - from), lengths: [[to - from]] }
      })
    }
    case 'windowed': {
      const { series, length, ahead, take } = value
      const needed = open ? length : length + ahead
      const count = rows.length - needed + 1
      if (count < 1) {
        const help = `${name} has ${rows.length} values: use shorter windows, or more data${name === 'the data' ? '' : ' for it'}`
        fail('RNN409', { length: rows.length, needed: open ? length : `${length} + ${ahead}` }, { span, help })
      }
      const [offset, taken] = take === 'past' ? [0, length] : [length, ahead]
      const lengths = take === 'past' || ahead > 1 ? [[taken]] : []
      return new Examples(count, i => ({ values: between(series, rows.at(i) + offset, taken), lengths }))
    }
  }
}

/** Place at which a stream of `count` begins among the elements of a part. Their lengths differ by one at most. */
const streamStart = (elements: number, count: number, stream: number): number => Math.floor((stream * elements) / count)

/** Numbers of consecutive elements, where they are. */
const between = (series: Series, from: number, count: number): Example['values'] =>
  series.values.subarray(from * widthOf(series), (from + count) * widthOf(series))

function rowsOfSeries(series: Series, rows: Rows): Examples {
  // Keeps the numbers alone: with the series those of every step that made it would stay in memory.
  const { values } = series
  const width = widthOf(series)
  return new Examples(rows.length, i => ({
    values: values.subarray(rows.at(i) * width, (rows.at(i) + 1) * width),
    lengths: [],
  }))
}

function sequences(value: Sequences, rows: Rows): Examples {
  const { lengths, inner } = value
  const { values } = value.series
  const width = widthOf(value.series)
  const levels = levelsOf(value)
  const starts = levels[levels.length - 1]
  const exampleOf = (row: number): Example => ({
    values: values.subarray(starts[row] * width, starts[row + 1] * width),
    lengths: [
      [lengths[row]],
      ...inner.map((counts, level) => Array.from(counts.subarray(levels[level][row], levels[level][row + 1]))),
    ],
  })
  return new Examples(rows.length, i => exampleOf(rows.at(i)))
}

/** Tells where number `k` of an example of some rows was read: `a.csv, line 3, column `x``. */
export function placeIn({ value }: Feed, rows: Rows, example: number, k: number): string {
  const width = widthOf(seriesOf(value))
  if (value.kind === 'streamed') {
    const start = rows.at(0) + streamStart(rows.length, value.count, example)
    return originOf(value.series, start * width + k)
  }
  const row = rows.at(example)
  if (value.kind === 'series') return originOf(value, row * width + k)
  if (value.kind === 'sequences') return originOf(value, startsOf(value)[row] * width + k)
  return originOf(value.series, (row + (value.take === 'past' ? 0 : value.length)) * width + k)
}

// Makes the examples of a value that feeds an input or target, for some rows.
import { counted } from '../../dsl/counted.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { Example, Examples, type ExampleValue } from './example.ts'
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

// Examples keep the numbers alone: with the series those of every step that made it would stay in memory.

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
      const { values } = series
      return new Examples(count, i => {
        const [from, to] = [i, i + 1].map(edge => streamStart(rows.length, count, edge))
        return new Example(values, rows.at(0) + from, to - from, [[to - from]])
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
      const { values } = series
      return new Examples(count, i => new Example(values, rows.at(i) + offset, taken, lengths))
    }
  }
}

/** Place at which a stream of `count` begins among the elements of a part. Their lengths differ by one at most. */
const streamStart = (elements: number, count: number, stream: number): number => Math.floor((stream * elements) / count)

function rowsOfSeries({ values }: Series, rows: Rows): Examples {
  const lengths: ExampleValue['lengths'] = []
  return new Examples(rows.length, i => new Example(values, rows.at(i), 1, lengths))
}

function sequences(value: Sequences, rows: Rows): Examples {
  const { lengths, inner } = value
  const { values } = value.series
  const levels = levelsOf(value)
  const starts = levels[levels.length - 1]
  const exampleOf = (row: number): Example =>
    new Example(values, starts[row], starts[row + 1] - starts[row], [
      [lengths[row]],
      ...inner.map((counts, level) => Array.from(counts.subarray(levels[level][row], levels[level][row + 1]))),
    ])
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

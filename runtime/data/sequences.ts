// Sequences: where the elements of each row are.
import { fail } from '../../dsl/diagnostics.ts'
import { rounding } from './rounding.ts'
import { shown } from './shown.ts'
import { type Argument, describe, type Elements, type Origin, type Sequences, seriesOf, widthOf } from './value.ts'

/** The places at which lists of some lengths begin, one after another, and at the end how long they are together. */
export function sumsOf(lengths: readonly number[]): Float64Array {
  const starts = new Float64Array(lengths.length + 1)
  lengths.forEach((length, i) => {
    starts[i + 1] = starts[i] + length
  })
  return starts
}

/** For each level, outermost first, the place of each row's first element among all of the level, and at the end how many there are. */
export function levelsOf({ lengths, inner }: Sequences): Float64Array[] {
  const levels = [sumsOf(lengths)]
  for (const counts of inner) {
    const sums = sumsOf(counts)
    levels.push(levels[levels.length - 1].map(place => sums[place]))
  }
  return levels
}

/** The place of each row's first element among the innermost, and at the end how many there are. */
export const startsOf = (sequences: Sequences): Float64Array => {
  const levels = levelsOf(sequences)
  return levels[levels.length - 1]
}

/** The places of the elements that belong to some rows: of a series the rows themselves. */
export function elementsIn(value: Elements, rows: Int32Array): Int32Array {
  if (value.kind !== 'sequences') return rows
  const starts = startsOf(value)
  const count = rows.reduce((sum, row) => sum + starts[row + 1] - starts[row], 0)
  const elements = new Int32Array(count)
  let end = 0
  for (const row of rows) for (let i = starts[row]; i < starts[row + 1]; i++) elements[end++] = i
  return elements
}

/**
 * The sequences with some of the elements of each row: `range` gives the first that is kept, and the one after the last. What the
 * elements are, numbers or sequences, stays with them.
 */
export function slices(
  sequences: Sequences,
  range: (length: number) => readonly [from: number, to: number],
): Sequences {
  const { lengths, inner, series } = sequences
  const first = sumsOf(lengths)
  let ranges = lengths.map((length, row) => range(length).map(place => first[row] + place))
  const kept = ranges.map(([from, to]) => to - from)
  const keptInner = inner.map(counts => {
    const sums = sumsOf(counts)
    const chosen = ranges.flatMap(([from, to]) => counts.slice(from, to))
    ranges = ranges.map(places => places.map(place => sums[place]))
    return chosen
  })
  const elements = ranges
  const width = widthOf(series)
  const { labels } = series
  const numbers = (all: Float64Array): Float64Array => {
    const chosen = new Float64Array(elements.reduce((sum, [from, to]) => sum + to - from, 0) * width)
    let end = 0
    for (const [from, to] of elements) {
      chosen.set(all.subarray(from * width, to * width), end)
      end += (to - from) * width
    }
    return chosen
  }
  const texts = labels && (() => elements.flatMap(([from, to]) => labels().slice(from * width, to * width)))
  const values = numbers(series.values)
  const rows = values.length / width
  return {
    ...sequences,
    lengths: kept,
    inner: keptInner,
    series: {
      ...series,
      rows,
      values,
      ...(texts && { labels: texts }),
      rounding: rounding([series.rounding], ([own]) => numbers(own)),
    },
  }
}

/** For messages, by the place of a number among all: `element 3 of row 2 of `a` (a.csv, line 5, column `a`)`. */
export function placeOf(value: Elements, place: number): string {
  const { source } = seriesOf(value)
  const element = Math.floor(place / widthOf(seriesOf(value)))
  const read = `of \`${source}\` (${originOf(value, place)})`
  if (value.kind !== 'sequences') return `element ${element + 1} ${read}`
  const [row, ...path] = pathTo([value.lengths, ...value.inner], element)
  return `element ${placeText(path)} of row ${row + 1} ${read}`
}

/** Where a number was read, by its place among all: `a.csv, line 3, column `x``. Its place in a list may have changed since. */
export function originOf(value: Elements, place: number): string {
  const series = seriesOf(value)
  const width = widthOf(series)
  const element = Math.floor(place / width)
  const origin = series.origins[(place % width) % series.origins.length]
  const [row] = value.kind === 'sequences' ? pathTo([value.lengths, ...value.inner], element) : [element]
  return lineOf(origin, row)
}

/** `a.csv, line 3, column `x``. */
export const lineOf = ({ file, name, lines }: Origin, row: number): string =>
  `${file}, line ${lines[row]}, column \`${shown(name)}\``

/** The row, and then the place in each list, that lead to an element; the lengths of the lists outermost first. */
export function pathTo(levels: readonly (readonly number[])[], element: number): number[] {
  const path: number[] = []
  let place = element
  for (const lengths of levels.toReversed()) {
    const starts = sumsOf(lengths)
    const parent = starts.findIndex(start => place < start) - 1
    path.unshift(place - starts[parent])
    place = parent
  }
  return [place, ...path]
}

/** `2`, or `2, 1` in lists in lists. */
export const placeText = (path: readonly number[]): string => path.map(i => i + 1).join(', ')

/** RNN210 for a value that is no sequences. */
export function sequencesOf({ value, span }: Argument, what: string): Sequences {
  if (value.kind === 'sequences') return value
  return fail('RNN210', { what, expected: 'sequences, as lists in JSON Lines are', found: describe(value) }, { span })
}

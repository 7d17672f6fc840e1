// Finds and selects the elements of each row of sequences.
import { fail } from '../../dsl/diagnostics.ts'
import { once } from '../once.ts'
import { rounding } from './rounding.ts'
import type { Rows } from './rows.ts'
import { shown } from './shown.ts'
import {
  type Argument,
  describe,
  type Elements,
  type Numbers,
  type Origin,
  type Sequences,
  seriesOf,
  widthOf,
} from './value.ts'

/** Sums lengths: the places at which lists begin, one after another, and at the end their total length. */
export function sumsOf(lengths: Int32Array): Float64Array {
  const starts = new Float64Array(lengths.length + 1)
  lengths.forEach((length, i) => {
    starts[i + 1] = starts[i] + length
  })
  return starts
}

/**
 * Gives for each level, outermost first, the place of each row's first element among all of the level, and at the end the number of
 * elements.
 */
export function levelsOf({ lengths, inner }: Sequences): Float64Array[] {
  const levels = [sumsOf(lengths)]
  for (const counts of inner) {
    const sums = sumsOf(counts)
    levels.push(levels[levels.length - 1].map(place => sums[place]))
  }
  return levels
}

/** Gives the place of each row's first element among the innermost, and at the end the number of these. */
export const startsOf = (sequences: Sequences): Float64Array => {
  const levels = levelsOf(sequences)
  return levels[levels.length - 1]
}

/** Visits the places of the elements of some rows: of a series the rows themselves. */
export function eachElement(value: Elements, rows: Rows, visit: (element: number) => void): void {
  if (value.kind !== 'sequences') {
    rows.forEach(visit)
    return
  }
  const starts = startsOf(value)
  rows.forEach(row => {
    for (let i = starts[row]; i < starts[row + 1]; i++) visit(i)
  })
}

/** Counts the elements of some rows. */
export function countElements(value: Elements, rows: Rows): number {
  if (value.kind !== 'sequences') return rows.length
  const starts = startsOf(value)
  let count = 0
  rows.forEach(row => {
    count += starts[row + 1] - starts[row]
  })
  return count
}

/** Elements kept of each row: the first place, and the one after the last. */
interface Ranges {
  readonly from: Float64Array
  readonly to: Float64Array
}

/** Copies the kept elements of an array that has `width` numbers for each element. */
function choose<A extends Numbers>({ from, to }: Ranges, all: A, width: number, made: (n: number) => A): A {
  const count = from.reduce((sum, start, i) => sum + to[i] - start, 0)
  const chosen = made(count * width)
  let end = 0
  from.forEach((start, i) => {
    for (let k = start * width; k < to[i] * width; k++) chosen[end++] = all[k]
  })
  return chosen
}

const chooseInts = (ranges: Ranges, all: Int32Array, width = 1): Int32Array =>
  choose(ranges, all, width, length => new Int32Array(length))

const chooseFloats = (ranges: Ranges, all: Float64Array, width: number): Float64Array =>
  choose(ranges, all, width, length => new Float64Array(length))

const chooseNumbers = (ranges: Ranges, all: Numbers, width: number): Numbers =>
  all instanceof Int32Array
    ? chooseInts(ranges, all, width)
    : all instanceof Uint8Array
      ? choose(ranges, all, width, length => new Uint8Array(length))
      : chooseFloats(ranges, all, width)

/**
 * Keeps some of the elements of each row: `range` gives the first that is kept, and the one after the last. The elements, numbers or
 * sequences, stay whole.
 */
export function slices(
  sequences: Sequences,
  range: (length: number) => readonly [from: number, to: number],
): Sequences {
  const { lengths, inner, series } = sequences
  const first = sumsOf(lengths).subarray(0, -1)
  let ranges: Ranges = {
    from: first.map((start, row) => start + range(lengths[row])[0]),
    to: first.map((start, row) => start + range(lengths[row])[1]),
  }
  const kept = lengths.map((_, row) => ranges.to[row] - ranges.from[row])
  const keptInner = inner.map(counts => {
    const sums = sumsOf(counts)
    const chosen = chooseInts(ranges, counts)
    ranges = { from: ranges.from.map(place => sums[place]), to: ranges.to.map(place => sums[place]) }
    return chosen
  })
  const elements = ranges
  const width = widthOf(series)
  const { labels, large } = series
  const values = series.values.each((own, width) => chooseNumbers(elements, own, width))
  return {
    ...sequences,
    lengths: kept,
    inner: keptInner,
    series: {
      ...series,
      rows: values.length / width,
      values,
      ...(labels && {
        labels: once(() => ({ texts: labels().texts, codes: chooseInts(elements, labels().codes, width) })),
      }),
      ...(large && { large: chooseLarge(elements, large, width) }),
      rounding: rounding([series.rounding], ([own]) => chooseFloats(elements, own, width)),
    },
  }
}

/** Keeps the texts that are left, at their new places. */
function chooseLarge(
  { from, to }: Ranges,
  large: ReadonlyMap<number, string>,
  width: number,
): ReadonlyMap<number, string> {
  if (large.size === 0) return large
  const chosen = new Map<number, string>()
  let end = 0
  from.forEach((start, i) => {
    for (let k = start * width; k < to[i] * width; k++, end++) {
      const text = large.get(k)
      if (text !== undefined) chosen.set(end, text)
    }
  })
  return chosen
}

/** Describes the place of a number among all, for messages: `element 3 of row 2 of `a` (a.csv, line 5, column `a`)`. */
export function placeOf(value: Elements, place: number): string {
  const { source } = seriesOf(value)
  const element = Math.floor(place / widthOf(seriesOf(value)))
  const read = `of \`${source}\` (${originOf(value, place)})`
  if (value.kind !== 'sequences') return `element ${element + 1} ${read}`
  const [row, ...path] = pathTo([value.lengths, ...value.inner], element)
  return `element ${placeText(path)} of row ${row + 1} ${read}`
}

/**
 * Tells where a number was read, by its place among all: `a.csv, line 3, column `x``. Leaves out its place in a list, which may have
 * changed since.
 */
export function originOf(value: Elements, place: number): string {
  const series = seriesOf(value)
  const width = widthOf(series)
  const element = Math.floor(place / width)
  const origin = series.origins[(place % width) % series.origins.length]
  const [row] = value.kind === 'sequences' ? pathTo([value.lengths, ...value.inner], element) : [element]
  return lineOf(origin, row)
}

/** Writes a place in a file: `a.csv, line 3, column `x``. */
export const lineOf = ({ file, name, places }: Origin, row: number): string => placeIn(file, places.of(row), name)

export const lineText = (file: string, line: number, name: string): string => placeIn(file, `line ${line}`, name)

const placeIn = (file: string, place: string, name: string | undefined): string =>
  name === undefined ? `${file}, ${place}` : `${file}, ${place}, column \`${shown(name)}\``

/** Gives the row, and then the place in each list, that lead to an element; `levels` are the lengths of the lists, outermost first. */
export function pathTo(levels: readonly Int32Array[], element: number): number[] {
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

/** Writes a path, from 1: `2`, or `2, 1` in lists in lists. */
export const placeText = (path: readonly number[]): string => path.map(i => i + 1).join(', ')

/** RNN422 for a value that is no sequences. */
export function sequencesOf({ value, span }: Argument, user: string): Sequences {
  if (value.kind === 'sequences') return value
  return fail('RNN422', { user, expected: 'sequences, such as lists in JSON Lines', found: describe(value) }, { span })
}

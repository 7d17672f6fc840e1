// Operations on the elements of values. Those on one value keep its encoding, so that they can be undone; those that combine
// two start anew.
import type { Span } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { apply, asRead, type Chain, type Encoding } from './encoding.ts'
import { elementOf, placeOf } from './sequences.ts'
import {
  type Argument,
  type Column,
  describe,
  type Elements,
  rowsOf,
  type Series,
  seriesOf,
  widthOf,
  withSeries,
} from './value.ts'

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

/** The cells of a column as numbers. RNN404 for an empty one, a word, or what is no finite number. */
export function numbersOf(column: Column, span: Span): Series {
  const values = Float64Array.from(column.cells, (cell, i) => {
    const value = decimal.test(cell) ? Number(cell) : Number.NaN
    if (Number.isFinite(value)) return value
    const text = cell === '' ? '(an empty cell)' : cell
    return fail('RNN404', { text, file: column.file, row: column.lines[i], column: column.name }, { span })
  })
  const { file, name, lines } = column
  const origins = [{ file, column: name, lines }]
  return { kind: 'series', rows: values.length, item: [], values, encoding: asRead(1), source: name, origins }
}

/** A value whose elements are numbers; a column is read as numbers. RNN210 for others. */
export function numeric({ value, span }: Argument, what: string): Elements {
  if (value.kind === 'column') return numbersOf(value, span)
  const isElements = value.kind === 'series' || value.kind === 'sequences' || value.kind === 'windowed'
  if (isElements && seriesOf(value).encoding.kind !== 'classes') return value
  return fail('RNN210', { what, expected: 'a series of numbers', found: describe(value) }, { span })
}

/** Applies one chain to each component, or the same to all. RNN210 if a result is not finite: a logarithm of 0, say. */
export function extend(value: Elements, chains: readonly Chain[], what: string, span: Span): Elements {
  const series = seriesOf(value)
  const width = widthOf(series)
  const chainOf = (component: number) => chains[component % chains.length]
  const values = series.values.map((x, i) => {
    const y = apply(chainOf(i % width), x)
    if (Number.isFinite(y)) return y
    const found = `${y}, from ${x} in ${elementOf(value, Math.floor(i / width))} of \`${series.source}\` (${placeOf(value, i)})`
    return fail('RNN210', { what: `each value of ${what}`, expected: 'a finite number', found }, { span })
  })
  if (series.encoding.kind === 'classes') throw new Error('classes are no numbers')
  const all = series.encoding.chains.map((chain, component) => [...chain, ...chainOf(component)])
  return withSeries(value, { ...series, values, encoding: { kind: 'numbers', chains: all } })
}

/** Element by element; the items are equal, or one is a scalar. The result counts as read: undoing stops here. */
export function combine(
  left: Elements,
  right: Elements,
  operate: (x: number, y: number) => number,
  what: string,
  span: Span,
): Elements {
  requireAlike([left, right], what, span)
  const [a, b] = [seriesOf(left), seriesOf(right)]
  if (a.item.length > 0 && b.item.length > 0 && a.item[0] !== b.item[0]) {
    const shown = (value: Elements) => describe(value.kind === 'windowed' ? value.series : value)
    return fail('RNN203', { operation: what, left: shown(left), right: shown(right) }, { span })
  }
  const width = Math.max(widthOf(a), widthOf(b))
  const at = (s: Series, row: number, i: number) => s.values[s.item.length === 0 ? row : row * width + i]
  const values = new Float64Array(a.rows * width)
  for (let row = 0; row < a.rows; row++) {
    for (let i = 0; i < width; i++) values[row * width + i] = operate(at(a, row, i), at(b, row, i))
  }
  const bad = values.findIndex(v => !Number.isFinite(v))
  if (bad >= 0) {
    const place = placeOf(a.item.length > 0 ? left : right, bad)
    const found = `${values[bad]} in ${elementOf(left, Math.floor(bad / width))} (${place})`
    return fail('RNN210', { what: `each value of \`${what}\``, expected: 'a finite number', found }, { span })
  }
  const item = a.item.length > 0 ? a.item : b.item
  return withSeries(left, {
    kind: 'series',
    rows: a.rows,
    item,
    values,
    encoding: asRead(width),
    source: `${a.source} ${what} ${b.source}`,
    origins: a.item.length > 0 ? a.origins : b.origins,
  })
}

/** `[a, b]`: the items end to end. Each component keeps its own chain. */
export function join(values: readonly Elements[], span: Span): Elements {
  requireAlike(values, '[…]', span)
  const all = values.map(seriesOf)
  const { rows } = all[0]
  const width = all.reduce((n, s) => n + widthOf(s), 0)
  const joined = new Float64Array(rows * width)
  let start = 0
  for (const series of all) {
    const own = widthOf(series)
    for (let row = 0; row < rows; row++) {
      joined.set(series.values.subarray(row * own, (row + 1) * own), row * width + start)
    }
    start += own
  }
  const chains = all.flatMap(s => (s.encoding.kind === 'numbers' ? s.encoding.chains : []))
  const source = all.map(s => s.source).join(', ')
  const encoding: Encoding = { kind: 'numbers', chains }
  const origins = all.flatMap(s => s.origins)
  return withSeries(values[0], { kind: 'series', rows, item: [width], values: joined, encoding, source, origins })
}

/** RNN210 unless values are of one kind and have their elements in the same places. */
function requireAlike([first, ...others]: readonly Elements[], what: string, span: Span): void {
  for (const other of others) {
    if (!sameKind(first, other)) {
      const expected = `${describe(first)}${first.kind === 'windowed' ? ' of the same size' : ''}, as the first is`
      fail('RNN210', { what: `each value of \`${what}\``, expected, found: describe(other) }, { span })
    }
    const [a, b] = [seriesOf(first).source, seriesOf(other).source]
    if (rowsOf(first) !== rowsOf(other)) {
      const expected = `${rowsOf(first)} elements long, as \`${a}\` is`
      fail('RNN210', { what: `\`${b}\` in \`${what}\``, expected, found: `${rowsOf(other)} long` }, { span })
    }
    if (first.kind !== 'sequences' || other.kind !== 'sequences') continue
    const row = first.lengths.findIndex((length, i) => length !== other.lengths[i])
    if (row < 0) continue
    const expected = `${first.lengths[row]} elements long, as \`${a}\` is`
    const found = `${other.lengths[row]} long`
    fail('RNN210', { what: `row ${row + 1} of \`${b}\` in \`${what}\``, expected, found }, { span })
  }
}

const sameKind = (a: Elements, b: Elements): boolean =>
  a.kind === 'windowed' && b.kind === 'windowed'
    ? a.take === b.take && a.length === b.length && a.ahead === b.ahead
    : a.kind === b.kind

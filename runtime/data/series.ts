// Operations on series. Those on one series keep its encoding, so that they can be undone; those that combine two start anew.
import type { Span } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { apply, asRead, type Chain } from './encoding.ts'
import { type Argument, type Column, describe, type Series, type Windowed, widthOf } from './value.ts'

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

/** The cells of a column as numbers. RNN404 for an empty one, a word, or what is no finite number. */
export function numbersOf(column: Column, span: Span): Series {
  const values = Float64Array.from(column.cells, (cell, i) => {
    const value = decimal.test(cell) ? Number(cell) : Number.NaN
    if (Number.isFinite(value)) return value
    const text = cell === '' ? '(an empty cell)' : cell
    return fail('RNN404', { text, file: column.file, row: column.lines[i], column: column.name }, { span })
  })
  return { kind: 'series', rows: values.length, item: [], values, encoding: asRead(1), source: column.name }
}

/** A value that is a series of numbers, or half of the windows over one; a column is read as numbers. RNN210 for others. */
export function numeric({ value, span }: Argument, what: string): Series | Windowed {
  if (value.kind === 'column') return numbersOf(value, span)
  const series = value.kind === 'windowed' ? value.series : value
  if (series.kind !== 'series' || series.encoding.kind === 'classes' || value.kind === 'windows') {
    return fail('RNN210', { what, expected: 'a series of numbers', found: describe(value) }, { span })
  }
  return value.kind === 'windowed' ? value : series
}

/** What `change` makes of the series under a value: windows over a series are windows over the changed one. */
export function mapSeries(value: Series | Windowed, change: (series: Series) => Series): Series | Windowed {
  return value.kind === 'series' ? change(value) : { ...value, series: change(value.series) }
}

/** Applies one chain to each component, or the same to all. RNN210 if a result is not finite: a logarithm of 0, say. */
export function extend(series: Series, chains: readonly Chain[], what: string, span: Span): Series {
  const width = widthOf(series)
  const chainOf = (component: number) => chains[component % chains.length]
  const values = series.values.map((x, i) => {
    const y = apply(chainOf(i % width), x)
    if (Number.isFinite(y)) return y
    const found = `${y}, from ${x} in element ${Math.floor(i / width) + 1} of \`${series.source}\``
    return fail('RNN210', { what: `each value of ${what}`, expected: 'a finite number', found }, { span })
  })
  if (series.encoding.kind === 'classes') throw new Error('classes are no numbers')
  const all = series.encoding.chains.map((chain, component) => [...chain, ...chainOf(component)])
  return { ...series, values, encoding: { kind: 'numbers', chains: all } }
}

/** Element by element; the items are equal, or one is a scalar. The result counts as read: undoing stops here. */
export function combine(
  a: Series,
  b: Series,
  operate: (x: number, y: number) => number,
  what: string,
  span: Span,
): Series {
  requireRows(a, b, what, span)
  if (a.item.length > 0 && b.item.length > 0 && a.item[0] !== b.item[0]) {
    const [left, right] = [describe(a), describe(b)]
    return fail('RNN203', { operation: what, left, right }, { span })
  }
  const width = Math.max(widthOf(a), widthOf(b))
  const at = (s: Series, row: number, i: number) => s.values[s.item.length === 0 ? row : row * width + i]
  const values = new Float64Array(a.rows * width)
  for (let row = 0; row < a.rows; row++) {
    for (let i = 0; i < width; i++) values[row * width + i] = operate(at(a, row, i), at(b, row, i))
  }
  const bad = values.findIndex(v => !Number.isFinite(v))
  if (bad >= 0) {
    const found = `${values[bad]} in element ${Math.floor(bad / width) + 1}`
    return fail('RNN210', { what: `each value of \`${what}\``, expected: 'a finite number', found }, { span })
  }
  const item = a.item.length > 0 ? a.item : b.item
  return {
    kind: 'series',
    rows: a.rows,
    item,
    values,
    encoding: asRead(width),
    source: `${a.source} ${what} ${b.source}`,
  }
}

/** `[a, b]`: the items end to end. Each component keeps its own chain. */
export function join(all: readonly Series[], span: Span): Series {
  const [first] = all
  for (const other of all.slice(1)) requireRows(first, other, '[…]', span)
  const width = all.reduce((n, s) => n + widthOf(s), 0)
  const values = new Float64Array(first.rows * width)
  let start = 0
  for (const series of all) {
    const own = widthOf(series)
    for (let row = 0; row < first.rows; row++) {
      values.set(series.values.subarray(row * own, (row + 1) * own), row * width + start)
    }
    start += own
  }
  const chains = all.flatMap(s => (s.encoding.kind === 'numbers' ? s.encoding.chains : []))
  const source = all.map(s => s.source).join(', ')
  return { kind: 'series', rows: first.rows, item: [width], values, encoding: { kind: 'numbers', chains }, source }
}

/**
 * Several values as series of one kind: all series, or all the same half of windows of the same size. `rebuild` wraps what is
 * computed from the series as the values were.
 */
export function together(
  all: readonly (Series | Windowed)[],
  what: string,
  span: Span,
): { readonly series: readonly Series[]; readonly rebuild: (series: Series) => Series | Windowed } {
  const [first] = all
  const differs = all.find(
    v =>
      v.kind !== first.kind ||
      (v.kind === 'windowed' &&
        first.kind === 'windowed' &&
        (v.take !== first.take || v.length !== first.length || v.ahead !== first.ahead)),
  )
  if (differs !== undefined) {
    const expected = `${describe(first)}${first.kind === 'windowed' ? ' of the same size' : ''}, as the first is`
    return fail('RNN210', { what: `each value of \`${what}\``, expected, found: describe(differs) }, { span })
  }
  return {
    series: all.map(v => (v.kind === 'series' ? v : v.series)),
    rebuild: series => (first.kind === 'series' ? series : { ...first, series }),
  }
}

function requireRows(a: Series, b: Series, what: string, span: Span): void {
  if (a.rows === b.rows) return
  const expected = `${a.rows} elements long, as \`${a.source}\` is`
  fail('RNN210', { what: `\`${b.source}\` in \`${what}\``, expected, found: `${b.rows} long` }, { span })
}

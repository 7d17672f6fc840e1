// Operations on the elements of values. Those on one value extend its encoding, so that they can be undone; those that combine two
// begin a new one.

import type { BinaryOperator, Span } from '../../dsl/ast.ts'
import { counted } from '../../dsl/counted.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { truthOf, type WrongCell } from './column.ts'
import { applying, asRead, type Chain, type Encoding } from './encoding.ts'
import { Grid } from './grid.ts'
import { adviceFor, held } from './numberText.ts'
import { lineOf, originOf, placeOf } from './raggedSequences.ts'
import { asWritten, notKept, ofOperation, type Rounding, rounding, throughChain } from './rounding.ts'
import { shown } from './shown.ts'
import {
  type Argument,
  type Column,
  describe,
  type Elements,
  isElements,
  originIn,
  rowsOf,
  type Sequences,
  type Series,
  seriesOf,
  widthOf,
  withSeries,
} from './value.ts'

/** Reads the cells of a column as numbers. RNN404 for an empty one, a word, and a number that 64 bits do not hold. */
export function numbersOf(column: Column, span: Span): Series {
  const { values, notNumber } = column.numbers()
  if (notNumber === undefined) return scalars(column, Grid.of(values, 1))
  const { row, text, number } = notNumber
  const type = Number.isNaN(number) ? 'number' : held
  const help = adviceFor(text)
  const details = { text: shownCell(notNumber), type, where: lineOf(column, row) }
  return fail('RNN404', details, { span, ...(help && { help }) })
}

/** Reads the cells of a column as truths: `true` and `false` in any case, 1 and 0. RNN404 for others. */
export function truthsOf(column: Column, span: Span): Series {
  const { values, notTruth } = column.numbers()
  if (notTruth === undefined) return { ...scalars(column, Grid.of(values, 1)), truths: true }
  const help = 'a bool is `true`, `false`, 1 or 0'
  const where = lineOf(column, notTruth.row)
  return fail('RNN404', { text: shownCell(notTruth), type: 'bool', where }, { span, help })
}

/** Tells whether a column holds truths in words, by its first cell. */
export function inWords(column: Column): boolean {
  const { notNumber } = column.numbers()
  return notNumber?.row === 0 && truthOf(notNumber.text) !== undefined
}

const scalars = (column: Column, values: Grid): Series => ({
  kind: 'series',
  rows: values.length,
  item: [],
  values,
  encoding: asRead(1),
  source: column.name,
  origins: [originIn(column)],
  rounding: asWritten(values),
})

/** Writes a cell for messages. */
function shownCell({ text, isNull }: WrongCell): string {
  if (text !== '') return shown(text)
  return isNull ? 'null' : '(an empty cell)'
}

/** Gives a value whose elements are numbers; a column is read as numbers. RNN422 for others, RNN404 for truths. */
export function numeric({ value, span }: Argument, user: string): Elements {
  if (value.kind === 'column') return numbersOf(value, span)
  if (isElements(value) && seriesOf(value).encoding.kind === 'numbers') return refuseTruths(value, span)
  return fail('RNN422', { user, expected: 'a series of numbers', found: describe(value) }, { span })
}

/** Gives a series of numbers, classes, tokens or truths, whose neighbours are cut into windows or streams. RNN422 for other values. */
export function neighbours(x: Argument, user: string): Series {
  const { value, span } = x
  if (value.kind === 'column' && inWords(value)) return truthsOf(value, span)
  const isAsItIs = value.kind === 'series' && (value.encoding.kind !== 'numbers' || value.truths)
  const series = isAsItIs ? value : numeric(x, user)
  return series.kind === 'series'
    ? series
    : fail('RNN422', { user, expected: 'a series', found: describe(series) }, { span })
}

/** Gives the value back. RNN404 if its elements are truths or texts. */
export function refuseTruths(value: Elements, span: Span): Elements {
  const { truths, texts, values } = seriesOf(value)
  texts?.(span)
  if (!truths || values.length === 0) return value
  const text = values.at(0) === 1 ? 'true' : 'false'
  return fail('RNN404', { text, type: 'number', where: originOf(value, 0) }, { span, help: adviceFor(text) })
}

/**
 * Applies one chain to each component, or the same to all; writes over the numbers that were before where nothing else reads them:
 * `isOwn`. RNN424 if a result is not finite, as a logarithm of 0.
 */
export function extend(
  value: Elements,
  chains: readonly Chain[],
  what: string,
  { span, isOwn = false }: Pick<Argument, 'span' | 'isOwn'>,
): Elements {
  const series = seriesOf(value)
  const chainOf = (component: number) => chains[component % chains.length]
  const applied = chains.map(applying)
  const values = series.values.mapped(component => applied[component % applied.length], isOwn)
  if ('after' in values) {
    const found = `${values.after}, from ${values.before} in ${placeOf(value, values.place)}`
    return fail('RNN424', { operation: what, found }, { span })
  }
  if (series.encoding.kind !== 'numbers') throw new Error(`${series.encoding.kind} are no numbers`)
  const all = series.encoding.chains.map((chain, component) => [...chain, ...chainOf(component)])
  const { labels: _, large: __, ...rest } = series
  return withSeries(value, {
    ...rest,
    values,
    encoding: { kind: 'numbers', chains: all },
    rounding: isOwn ? notKept : throughChain(series.values, series.rounding, widthOf(series), chainOf),
  })
}

/** Combines elements one by one; the items are of equal size, or one is a scalar. The result counts as read: undoing stops here. */
export function combine(
  left: Elements,
  right: Elements,
  operate: (x: number, y: number) => number,
  what: BinaryOperator,
  span: Span,
): Elements {
  requireAlike([left, right], what, span)
  const [a, b] = [seriesOf(left), seriesOf(right)]
  if (a.item.length > 0 && b.item.length > 0 && a.item.join() !== b.item.join()) {
    const shown = (value: Elements) => describe(value.kind === 'windowed' ? value.series : value)
    return fail('RNN203', { operation: what, left: shown(left), right: shown(right) }, { span })
  }
  const wider = widthOf(b) > widthOf(a) ? b : a
  const width = widthOf(wider)
  const placeIn = (s: Series, place: number) => (s.item.length === 0 ? Math.floor(place / width) : place)
  const values = new Float64Array(a.rows * width)
  for (let i = 0; i < values.length; i++) values[i] = operate(a.values.at(placeIn(a, i)), b.values.at(placeIn(b, i)))
  const bad = values.findIndex(v => !Number.isFinite(v))
  if (bad >= 0) {
    const found = `${values[bad]} in ${placeOf(wider === a ? left : right, bad)}`
    return fail('RNN424', { operation: `\`${what}\``, found }, { span })
  }
  const item = a.item.length > 0 ? a.item : b.item
  return withSeries(left, {
    kind: 'series',
    rows: a.rows,
    item,
    values: Grid.of(values, width),
    encoding: asRead(width),
    source: nameOf([a, b], ` ${what} `),
    origins: wider.origins,
    rounding: rounding([a.rounding, b.rounding], ([ofA, ofB]) =>
      values.map((_, i) => {
        const [p, q] = [placeIn(a, i), placeIn(b, i)]
        return ofOperation(what, a.values.at(p), b.values.at(q), ofA[p], ofB[q])
      }),
    ),
    ...((a.isOpen || b.isOpen) && { isOpen: true }),
  })
}

/** Joins names, cut to 100 characters: the name of a value that is combined with itself doubles each time. */
const nameOf = (parts: readonly Series[], between: string): string => shown(parts.map(s => s.source).join(between), 100)

/** Joins the items end to end, as in `[a, b]`. Each component keeps its own chain. */
export function join(values: readonly Elements[], span: Span): Elements {
  requireAlike(values, '[…]', span)
  const all = values.map(seriesOf)
  const { rows } = all[0]
  const width = all.reduce((n, s) => n + widthOf(s), 0)
  /** Origin of each component of the joined item: the part, the component within it, and the width of the part. */
  const parts = all.flatMap((s, part) => {
    const own = widthOf(s)
    return Array.from({ length: own }, (_, component) => ({ part, component, own }))
  })
  const roundingOfParts = (): Rounding =>
    rounding(
      all.map(s => s.rounding),
      bounds => {
        const joined = new Float64Array(rows * width)
        return joined.map((_, place) => {
          const { part, component, own } = parts[place % width]
          return bounds[part][Math.floor(place / width) * own + component]
        })
      },
      before => place => {
        const { part, component, own } = parts[place % width]
        return before[part](Math.floor(place / width) * own + component)
      },
    )
  const chains = all.flatMap(s => (s.encoding.kind === 'numbers' ? s.encoding.chains : []))
  const source = nameOf(all, ', ')
  const joined = Grid.beside(all.map(s => s.values))
  const encoding: Encoding = { kind: 'numbers', chains }
  return withSeries(values[0], {
    kind: 'series',
    rows,
    item: [width],
    values: joined,
    encoding,
    source,
    origins: all.flatMap(s => Array.from({ length: widthOf(s) }, (_, i) => s.origins[i % s.origins.length])),
    // Numbers as they were read tell their own rounding.
    rounding: all.every(s => s.rounding.isWritten) ? asWritten(joined) : roundingOfParts(),
    ...(all.some(s => s.isOpen) && { isOpen: true }),
  })
}

/** RNN422 unless values are of one kind, RNN423 unless they have their elements in the same places. */
function requireAlike([first, ...others]: readonly Elements[], what: string, span: Span): void {
  for (const other of others) {
    if (!sameKind(first, other)) {
      const expected = `${describe(first)}${first.kind === 'windowed' ? ' of the same size' : ''}, like the first`
      fail('RNN422', { user: `\`${what}\``, expected, found: describe(other) }, { span })
    }
    const [a, b] = [seriesOf(first).source, seriesOf(other).source]
    if (rowsOf(first) !== rowsOf(other)) {
      const [leftLength, rightLength] = [first, other].map(s => counted(rowsOf(s), 'element'))
      fail('RNN423', { left: `in \`${what}\`, \`${a}\``, leftLength, right: `\`${b}\``, rightLength }, { span })
    }
    if (first.kind === 'sequences' && other.kind === 'sequences') requireSameLengths(first, other, what, span)
  }
}

function requireSameLengths(first: Sequences, other: Sequences, what: string, span: Span): void {
  const [a, b] = [first.series.source, other.series.source]
  if (first.inner.length !== other.inner.length) {
    const expected = `${describe(first)}, like \`${a}\``
    fail('RNN422', { user: `\`${what}\``, expected, found: describe(other) }, { span })
  }
  ;[first.lengths, ...first.inner].forEach((lengths, level) => {
    const others = [other.lengths, ...other.inner][level]
    const place = lengths.findIndex((length, i) => length !== others[i])
    if (place < 0) return
    const list = level === 0 ? `row ${place + 1}` : `list ${place + 1} of level ${level + 1}`
    const [leftLength, rightLength] = [lengths[place], others[place]].map(n => counted(n, 'element'))
    const [left, right] = [`in \`${what}\`, ${list} of \`${a}\``, `that of \`${b}\``]
    fail('RNN423', { left, leftLength, right, rightLength }, { span })
  })
}

function sameKind(a: Elements, b: Elements): boolean {
  if (a.kind === 'windowed' && b.kind === 'windowed')
    return a.take === b.take && a.length === b.length && a.ahead === b.ahead
  return a.kind === 'streamed' && b.kind === 'streamed' ? a.count === b.count : a.kind === b.kind
}

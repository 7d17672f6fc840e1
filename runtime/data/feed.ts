// Turns the value of an equation into the examples of an input or target, for some rows.
import type { Port } from '../../compiler/elaborate/values/signature.ts'
import type { Span } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { codesIn, type Extent, type Found, type Role } from './bindSizes.ts'
import { type Example, Examples } from './example.ts'
import { textsOf } from './fitted.ts'
import { exact, exactHelp, losesDigits } from './numberText.ts'
import { eachElement, levelsOf, originOf, startsOf } from './raggedSequences.ts'
import { numbersOf, refuseTruths, truthsOf } from './series.ts'
import { shown } from './shown.ts'
import { type Argument, describe, type Elements, type Sequences, seriesOf, widthOf } from './value.ts'

/** A value that feeds a port. */
export interface Feed {
  readonly port: Port
  readonly role: Role
  readonly value: Elements
  readonly span: Span
}

/**
 * RNN422 for a value that has no elements to feed, RNN404 for truths that are not numbers, RNN410 for lists of other widths where
 * items are fed. RNN404 where reals are fed by a whole number that lost digits when it was read.
 */
export function feedOf(port: Port, role: Role, { value, span }: Argument): Feed {
  const isBool = port.dtype === 'bool'
  const feed = (fed: Elements): Feed => {
    if (isBool) seriesOf(fed).texts?.(span)
    return { port, role, value: isBool ? fed : refuseTruths(fed, span), span }
  }
  if (value.kind === 'column') {
    const numbers = isBool ? truthsOf(value, span) : numbersOf(value, span)
    if (port.dtype === 'real') refuseRounded(numbers, value.numbers().large, span)
    return feed(numbers)
  }
  if (value.kind === 'sequences') {
    const { large } = value.series
    if (port.dtype === 'real' && large !== undefined) refuseRounded(value, large, span)
    return feed(withAxes(value, port, span))
  }
  if (value.kind === 'series' || value.kind === 'windowed') return feed(value)
  return fail('RNN422', { user: `\`${port.name}\``, expected: 'a series', found: describe(value) }, { span })
}

/** RNN404 for a whole number that was rounded to another when it was read: `large` are the texts of those that may be. */
function refuseRounded(value: Elements, large: ReadonlyMap<number, string>, span: Span): void {
  const { values } = seriesOf(value)
  for (const [i, text] of large) {
    if (!losesDigits(text, values[i])) continue
    fail('RNN404', { text: shown(text), type: exact, where: originOf(value, i) }, { span, help: exactHelp })
  }
}

/** Gives sequences as many levels as the port has axes, where they are so empty that they do not show how deep they are. */
function withAxes(sequences: Sequences, { axes }: Port, span: Span): Sequences {
  const { series, inner, lengths, uneven } = sequences
  const missing = axes.length - 1 - inner.length
  if (missing < 0 && uneven !== undefined) {
    return fail('RNN410', { file: series.origins[0].file, reason: uneven }, { span })
  }
  const innermost = inner[inner.length - 1] ?? lengths
  if (missing > 0 && series.rows === 0 && innermost.every(length => length === 0)) {
    return { ...sequences, inner: [...inner, ...Array.from({ length: missing }, () => new Int32Array())] }
  }
  return sequences
}

/** Shape of a feed; the number of codes is counted in the training rows. */
export function foundIn(feed: Feed, training: Int32Array): Found {
  const { port, role, value, span } = feed
  const { encoding, item: own, rows, values } = seriesOf(value)
  // Sequences that are all empty do not show the shape of their items.
  const item = value.kind === 'sequences' && rows === 0 ? port.item.map(() => undefined) : own
  const axes = axesOf(value)
  if (port.coding === undefined) return { port, role, item, axes, span }
  if (encoding.kind !== 'numbers') return { port, role, item, axes, codes: textsOf(encoding).length, span }
  const seen = new Set<number>()
  eachElement(value, training, element => seen.add(values[element]))
  return { port, role, item, axes, span, ...codesIn(seen) }
}

/** Lengths of the axes of a value. */
function axesOf(value: Elements): Extent[] {
  switch (value.kind) {
    case 'series':
      return []
    case 'sequences':
      return [value.lengths, ...value.inner].map(lengths =>
        lengths.every(length => length === lengths[0]) ? lengths[0] : 'many',
      )
    case 'windowed':
      return value.take === 'past' ? [value.length] : value.ahead > 1 ? [value.ahead] : []
  }
}

/**
 * Makes the examples of some rows, which are consecutive for windows. With `open`, windows need not have their `ahead` elements: a
 * forecast is made from a past without its next. RNN409 if no window fits; `name` names the part or the data in messages.
 */
export function examplesOf(
  { value, span }: Feed,
  rows: Int32Array,
  { name, open }: { readonly name: string; readonly open: boolean },
): Examples {
  if (value.kind === 'series') {
    // Keeps the numbers alone: with the series those of every step that made it would stay in memory.
    const { values } = value
    const width = widthOf(value)
    return new Examples(rows.length, i => ({
      values: values.subarray(rows[i] * width, (rows[i] + 1) * width),
      lengths: [],
    }))
  }
  if (value.kind === 'sequences') {
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
    return new Examples(rows.length, i => exampleOf(rows[i]))
  }
  const { series, length, ahead, take } = value
  const needed = open ? length : length + ahead
  const count = rows.length - needed + 1
  if (count < 1) {
    const help = `${name} has ${rows.length} values: use shorter windows, or more data${name === 'the data' ? '' : ' for it'}`
    fail('RNN409', { length: rows.length, needed: open ? length : `${length} + ${ahead}` }, { span, help })
  }
  const { values } = series
  const width = widthOf(series)
  const [offset, taken] = take === 'past' ? [0, length] : [length, ahead]
  const lengths = take === 'past' || ahead > 1 ? [[taken]] : []
  return new Examples(count, i => {
    const start = rows[i] + offset
    return { values: values.subarray(start * width, (start + taken) * width), lengths }
  })
}

/** Tells where number `k` of the example of row `row` was read: `a.csv, line 3, column `x``. */
export function placeIn({ value }: Feed, row: number, k: number): string {
  const width = widthOf(seriesOf(value))
  if (value.kind === 'series') return originOf(value, row * width + k)
  if (value.kind === 'sequences') return originOf(value, startsOf(value)[row] * width + k)
  return originOf(value.series, (row + (value.take === 'past' ? 0 : value.length)) * width + k)
}

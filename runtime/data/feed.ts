// Turns the value of an equation into the examples of an input or target, for some rows.
import type { Port } from '../../compiler/elaborate/values/signature.ts'
import type { Span } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { codesIn, type Extent, type Found, type Role } from './bindSizes.ts'
import { textsOf } from './fitted.ts'
import { exact, exactHelp, losesDigits } from './numberText.ts'
import { eachElement, originOf } from './raggedSequences.ts'
import type { Rows } from './rows.ts'
import { numbersOf, refuseTruths, truthsOf } from './series.ts'
import { shown } from './shown.ts'
import { type Argument, describe, type Elements, isElements, type Sequences, seriesOf } from './value.ts'

/** A value that feeds a port. */
export interface Feed {
  readonly port: Port
  readonly role: Role
  readonly value: Elements
  readonly span: Span
  /** Whether it is checked alone, and feeds nothing: the type of an equation. */
  readonly isEquation?: boolean
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
  if (isElements(value)) {
    const { large } = seriesOf(value)
    if (port.dtype === 'real' && large !== undefined) refuseRounded(value, large, span)
    return feed(value.kind === 'sequences' ? withAxes(value, port, span) : value)
  }
  return fail('RNN422', { user: `\`${port.name}\``, expected: 'a series', found: describe(value) }, { span })
}

/** RNN404 for a whole number that was rounded to another when it was read: `large` are the texts of those that may be. */
function refuseRounded(value: Elements, large: ReadonlyMap<number, string>, span: Span): void {
  const { values } = seriesOf(value)
  for (const [i, text] of large) {
    if (!losesDigits(text, values.at(i))) continue
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
export function foundIn(feed: Feed, training: Rows): Found {
  const { port, role, value, span, isEquation } = feed
  const place = { port, role, span, ...(isEquation && { isEquation }) }
  const { encoding, item: own, rows, values } = seriesOf(value)
  // Sequences that are all empty do not show the shape of their items.
  const item = value.kind === 'sequences' && rows === 0 ? port.item.map(() => undefined) : own
  const axes = axesOf(value)
  if (port.coding === undefined) return { ...place, item, axes }
  if (encoding.kind !== 'numbers') return { ...place, item, axes, codes: textsOf(encoding).length }
  const seen = new Set<number>()
  eachElement(value, training, element => seen.add(values.at(element)))
  return { ...place, item, axes, ...codesIn(seen) }
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
    case 'streamed':
      return ['many']
    case 'windowed':
      return value.take === 'past' ? [value.length] : value.ahead > 1 ? [value.ahead] : []
  }
}

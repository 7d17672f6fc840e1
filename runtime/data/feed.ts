// From the value of an equation to the examples of an input or target, for some rows.
import type { Port } from '../../compiler/check/signature.ts'
import type { Span } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import type { Example } from './example.ts'
import type { Extent, Found, Role } from './ports.ts'
import { elementsIn, startsOf } from './sequences.ts'
import { numbersOf } from './series.ts'
import { type Argument, describe, type Elements, seriesOf, widthOf } from './value.ts'

/** What feeds a port. */
export interface Feed {
  readonly port: Port
  readonly role: Role
  readonly value: Elements
  readonly span: Span
}

/** RNN210 for a value that has no elements to feed. */
export function feedOf(port: Port, role: Role, { value, span }: Argument): Feed {
  if (value.kind === 'column') return { port, role, value: numbersOf(value, span), span }
  if (value.kind === 'series' || value.kind === 'sequences' || value.kind === 'windowed')
    return { port, role, value, span }
  return fail('RNN210', { what: `what feeds \`${port.name}\``, expected: 'a series', found: describe(value) }, { span })
}

/** The shape of a feed; the number of codes is counted in the training rows. */
export function foundIn(feed: Feed, training: Int32Array): Found {
  const { port, role, value, span } = feed
  const { encoding, item: own, rows, values } = seriesOf(value)
  // Sequences that are all empty do not show what their items are.
  const item = value.kind === 'sequences' && rows === 0 ? port.item.map(() => undefined) : own
  const axes = axesOf(value)
  if (port.coding === undefined) return { port, role, item, axes, span }
  if (encoding.kind === 'classes') return { port, role, item, axes, codes: encoding.labels.length, span }
  const seen = new Set<number>()
  for (const element of elementsIn(value, training)) seen.add(values[element])
  let greatest = -1
  for (const value of seen) greatest = Math.max(greatest, value)
  // A number that is no index is reported by the check of every value.
  return { port, role, item, axes, span, ...(Number.isInteger(greatest) && { codes: greatest + 1, seen }) }
}

/** The lengths of the axes that a value has. */
function axesOf(value: Elements): Extent[] {
  switch (value.kind) {
    case 'series':
      return []
    case 'sequences': {
      const [first, ...others] = value.lengths
      return [others.every(length => length === first) ? first : 'many']
    }
    case 'windowed':
      return value.take === 'past' ? [value.length] : value.ahead > 1 ? [value.ahead] : []
  }
}

/**
 * The examples of some rows, which are consecutive for windows. With `open`, windows need not have their `ahead` elements: a
 * forecast is made of a past without its next. RNN409 if no window fits; `name` says of what the rows are.
 */
export function examplesOf(
  { value, span }: Feed,
  rows: Int32Array,
  { name, open }: { readonly name: string; readonly open: boolean },
): Example[] {
  if (value.kind === 'series') {
    const width = widthOf(value)
    return Array.from(rows, row => ({ values: value.values.subarray(row * width, (row + 1) * width), lengths: [] }))
  }
  if (value.kind === 'sequences') {
    const width = widthOf(value.series)
    const starts = startsOf(value)
    return Array.from(rows, row => ({
      values: value.series.values.subarray(starts[row] * width, starts[row + 1] * width),
      lengths: [[value.lengths[row]]],
    }))
  }
  const { series, length, ahead, take } = value
  const needed = open ? length : length + ahead
  const count = rows.length - needed + 1
  if (count < 1) {
    const help = `${name} has ${rows.length} values: use shorter windows, or more data${name === 'the data' ? '' : ' for it'}`
    fail('RNN409', { length: rows.length, needed: open ? length : `${length} + ${ahead}` }, { span, help })
  }
  const width = widthOf(series)
  const [offset, taken] = take === 'past' ? [0, length] : [length, ahead]
  const lengths = take === 'past' || ahead > 1 ? [[taken]] : []
  return Array.from({ length: count }, (_, i) => {
    const start = rows[i] + offset
    return { values: series.values.subarray(start * width, (start + taken) * width), lengths }
  })
}

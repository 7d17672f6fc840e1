// From the value of an equation to the examples of an input or target, for some rows.
import type { Port } from '../../compiler/check/signature.ts'
import type { Span } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import type { Example } from './example.ts'
import type { Found } from './ports.ts'
import { numbersOf } from './series.ts'
import { type Argument, describe, type Series, type Windowed, widthOf } from './value.ts'

/** What feeds a port. */
export interface Feed {
  readonly port: Port
  readonly value: Series | Windowed
  readonly span: Span
}

export const seriesOf = ({ value }: Feed): Series => (value.kind === 'windowed' ? value.series : value)

/** RNN411 for a value that is no series. */
export function feedOf(port: Port, { value, span }: Argument): Feed {
  if (value.kind === 'column') return { port, value: numbersOf(value, span), span }
  if (value.kind === 'series' || value.kind === 'windowed') return { port, value, span }
  return fail('RNN210', { what: `what feeds \`${port.name}\``, expected: 'a series', found: describe(value) }, { span })
}

/** The shape of a feed; the number of codes is counted in the training rows. */
export function foundIn(feed: Feed, training: Int32Array): Found {
  const { port, value, span } = feed
  const { encoding, item, values } = seriesOf(feed)
  const axes =
    value.kind === 'series' ? [] : value.take === 'past' ? [value.length] : value.ahead > 1 ? [value.ahead] : []
  if (port.coding === undefined) return { port, item, axes, span }
  if (encoding.kind === 'classes') return { port, item, axes, codes: encoding.labels.length, span }
  const greatest = training.reduce((most, row) => Math.max(most, values[row]), -1)
  // A number that is no index is reported by the check of every value.
  return { port, item, axes, span, ...(Number.isInteger(greatest) && { codes: greatest + 1 }) }
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

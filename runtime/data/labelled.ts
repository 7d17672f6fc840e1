// Values as labels: the texts of their elements, to the last digit.
import type { Span } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { type Labels, labelsOfNumbers } from './labelTables.ts'
import { lineOf, originOf } from './raggedSequences.ts'
import { type Elements, type Origin, originIn, type Sequences, seriesOf, type Value } from './value.ts'

export interface Labelled {
  readonly labels: Labels
  readonly source: string
  readonly origins: readonly Origin[]
  /** Tells where a label was read. */
  readonly where: (label: number) => string
  /** Sequences whose elements the labels are. */
  readonly sequences?: Sequences
}

/** Reads a column, or numbers in a series or in sequences, as labels; undefined for other values. RNN419 for digits that were lost. */
export function labelledOf(value: Value, span: Span): Labelled | undefined {
  if (value.kind === 'column') {
    const where = (row: number): string => lineOf(value, row)
    return { labels: value.labels(), source: value.name, origins: [originIn(value)], where }
  }
  if (value.kind !== 'series' && value.kind !== 'sequences') return undefined
  const { item, encoding, source, origins } = seriesOf(value)
  if (item.length > 0 || encoding.kind !== 'numbers') return undefined
  const labels = numberLabels(value, span)
  const where = (element: number): string => originOf(value, element)
  return { labels, source, origins, where, ...(value.kind === 'sequences' && { sequences: value }) }
}

/** Gives labels, the empty ones replaced by `empty`. RNN418 for an empty label if `empty` is empty too; `help` says what to do. */
export function withoutEmpty({ labels, where }: Labelled, empty: string, span: Span, help: string): Labels {
  const { texts, codes } = labels
  if (!texts.includes('')) return labels
  if (empty !== '') return { texts: texts.map(text => (text === '' ? empty : text)), codes }
  const place = codes.findIndex(code => texts[code] === '')
  return place < 0 ? labels : fail('RNN418', { where: where(place) }, { span, help })
}

/** Makes labels of numbers. RNN419 for a whole number that was computed, and may have lost digits. */
function numberLabels(value: Elements, span: Span): Labels {
  const { truths, labels, values } = seriesOf(value)
  if (truths) return labelsOfNumbers(values, x => (x === 1 ? 'true' : 'false'))
  if (labels !== undefined) return labels()
  const large = values.findIndex(x => Math.abs(x) > Number.MAX_SAFE_INTEGER)
  if (large < 0) return labelsOfNumbers(values, String)
  return fail('RNN419', { text: String(values.at(large)), where: originOf(value, large) }, { span })
}

/** Names the rows of labels, as the split counts them. */
export const rowsOfLabels = ({ labels, sequences }: Labelled): number =>
  sequences === undefined ? labels.codes.length : sequences.lengths.length

// classes(x, empty): labels as numbers from 0, in the sorted order of the labels that occur in the training part (as numbers if all
// of them are), so that neither the order nor the frequency of the rows matters. Nothing is reserved for padding. An empty cell has
// no label unless `empty` gives it one.
import type { Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { type Labels, labelsOfNumbers, textAt } from '../labelTables.ts'
import { numberOf } from '../numberText.ts'
import { eachElement, lineOf, originOf } from '../raggedSequences.ts'
import { asWritten } from '../rounding.ts'
import { shown } from '../shown.ts'
import {
  type Argument,
  type Column,
  describe,
  type Elements,
  type Origin,
  originIn,
  type Sequences,
  type Series,
  seriesOf,
  type Value,
} from '../value.ts'
import type { DataFunction } from './function.ts'

export const classes: DataFunction = {
  name: 'classes',
  parameters: [{ name: 'x' }, { name: 'empty', default: { kind: 'text', value: '' } }],
  apply: ([{ value, span }, empty], call): Series | Sequences => {
    const found = labelsOf(value, textOf(empty), span)
    if (found === undefined) {
      return fail('RNN422', { user: '`classes`', expected: 'a column', found: describe(value) }, { span })
    }
    const { labels, source, origins, sequences, where } = found
    const { texts, codes } = labels
    const encoding = call.fit(sequences?.lengths.length ?? codes.length, training => {
      const seen = new Set<string>()
      const see = (element: number): void => {
        seen.add(textAt(labels, element))
      }
      if (sequences === undefined) training.forEach(see)
      else eachElement(sequences, training, see)
      return { kind: 'classes', labels: sorted(seen) }
    })
    const known = encoding.kind === 'classes' ? encoding.labels : notLabels(source, call.model, span)
    const indices = new Map(known.map((label, index) => [label, index]))
    const indexOf = texts.map(text => indices.get(text))
    const values = new Float64Array(codes.length)
    for (let i = 0; i < values.length; i++) {
      values[i] = indexOf[codes[i]] ?? unseen(textAt(labels, i), source, where(i), span)
    }
    const rounding = asWritten(values)
    const series: Series = {
      kind: 'series',
      rows: values.length,
      item: [],
      values,
      encoding,
      source,
      origins,
      rounding,
    }
    return sequences === undefined ? series : { ...sequences, series }
  },
}

function unseen(label: string, source: string, where: string, span: Span): never {
  return fail('RNN408', { value: shown(label), name: source, place: `: ${where}` }, { span })
}

function notLabels(source: string, model: string, span: Span): never {
  const differences = `\`${source}\` was scaled in training, and has classes now`
  return fail('RNN501', { file: 'the weights', model, differences }, { span })
}

/** Reads the label of empty cells; empty if they have none. RNN231 for a value that is no text. */
function textOf({ value, span }: Argument): string {
  if (value.kind === 'text') return value.value
  return fail(
    'RNN231',
    { what: '`empty`', expected: 'a text, the label of empty cells', found: describe(value) },
    { span },
  )
}

interface Labelled {
  readonly labels: Labels
  readonly source: string
  readonly origins: readonly Origin[]
  /** Tells where a label was read. */
  readonly where: (label: number) => string
  /** Sequences whose elements the labels are. */
  readonly sequences?: Sequences
}

function labelsOf(value: Value, empty: string, span: Span): Labelled | undefined {
  if (value.kind === 'column') {
    const where = (row: number): string => lineOf(value, row)
    return { labels: labelsIn(value, empty, span), source: value.name, origins: [originIn(value)], where }
  }
  if (value.kind !== 'series' && value.kind !== 'sequences') return undefined
  const { item, encoding, source, origins } = seriesOf(value)
  if (item.length > 0 || encoding.kind === 'classes') return undefined
  const labels = numberLabels(value, span)
  const where = (element: number): string => originOf(value, element)
  return { labels, source, origins, where, ...(value.kind === 'sequences' && { sequences: value }) }
}

/** Reads the labels of a column. RNN418 for an empty cell that has no label. */
function labelsIn(column: Column, empty: string, span: Span): Labels {
  const labels = column.labels()
  const { texts, codes } = labels
  if (!texts.includes('')) return labels
  if (empty !== '') return { texts: texts.map(text => (text === '' ? empty : text)), codes }
  const row = codes.findIndex(code => texts[code] === '')
  const help = 'remove the row, or give empty cells a label: `classes(…, empty = "none")`'
  return fail('RNN418', { where: lineOf(column, row) }, { span, help })
}

/** Makes labels of numbers. RNN419 for a whole number that was computed, and may have lost digits. */
function numberLabels(value: Elements, span: Span): Labels {
  const { truths, labels, values } = seriesOf(value)
  if (truths) return labelsOfNumbers(values, x => (x === 1 ? 'true' : 'false'))
  if (labels !== undefined) return labels()
  const large = values.findIndex(x => Math.abs(x) > Number.MAX_SAFE_INTEGER)
  if (large < 0) return labelsOfNumbers(values, String)
  return fail('RNN419', { text: String(values[large]), where: originOf(value, large) }, { span })
}

function sorted(labels: Iterable<string>): string[] {
  const all = [...labels].sort()
  const numbers = new Map(all.map(label => [label, numberOf(label)]))
  const numberFor = (label: string): number => numbers.get(label) ?? Number.NaN
  // Keeps labels that are one number, as `1` and `1.0`, in the order of texts.
  return all.every(label => Number.isFinite(numberFor(label))) ? all.sort((a, b) => numberFor(a) - numberFor(b)) : all
}

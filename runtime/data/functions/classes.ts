// classes(x, empty): labels as numbers from 0, in the sorted order of the labels that occur in the training part (as numbers if all
// of them are), so that neither the order nor the frequency of the rows matters. Nothing is reserved for padding. An empty cell has
// no label unless `empty` gives it one.
import type { Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { Grid } from '../grid.ts'
import { labelledOf, rowsOfLabels, withoutEmpty } from '../labelled.ts'
import { textAt } from '../labelTables.ts'
import { numberOf } from '../numberText.ts'
import { eachElement } from '../raggedSequences.ts'
import { asWritten } from '../rounding.ts'
import { shown } from '../shown.ts'
import { describe, type Sequences, type Series } from '../value.ts'
import { type DataFunction, textOf } from './function.ts'

export const classes: DataFunction = {
  name: 'classes',
  parameters: [{ name: 'x' }, { name: 'empty', default: { kind: 'text', value: '' } }],
  readsTexts: true,
  apply: ([{ value, span }, empty], call): Series | Sequences => {
    const found = labelledOf(value, span)
    if (found === undefined) {
      return fail('RNN422', { user: '`classes`', expected: 'a column', found: describe(value) }, { span })
    }
    const { source, origins, sequences, where } = found
    const labels = withoutEmpty(found, textOf(empty, '`empty`', 'a string, the label of empty cells'), span, emptyHelp)
    const { texts, codes } = labels
    const encoding = call.fit(rowsOfLabels(found), training => {
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
    const numbers = new Float64Array(codes.length)
    for (let i = 0; i < numbers.length; i++) {
      numbers[i] = indexOf[codes[i]] ?? unseen(textAt(labels, i), source, where(i), span)
    }
    const values = Grid.of(numbers, 1)
    const series: Series = {
      kind: 'series',
      rows: values.length,
      item: [],
      values,
      encoding,
      source,
      origins,
      rounding: asWritten(values),
    }
    return sequences === undefined ? series : { ...sequences, series }
  },
}

const emptyHelp = 'remove the row, or give empty cells a label: `classes(…, empty = "none")`'

function unseen(label: string, source: string, where: string, span: Span): never {
  return fail('RNN408', { value: shown(label), name: source, place: `: ${where}` }, { span })
}

function notLabels(source: string, model: string, span: Span): never {
  const differences = `\`${source}\` was scaled in training, but has classes now`
  return fail('RNN501', { file: 'the weights', model, differences }, { span })
}

function sorted(labels: Iterable<string>): string[] {
  const all = [...labels].sort()
  const numbers = new Map(all.map(label => [label, numberOf(label)]))
  const numberFor = (label: string): number => numbers.get(label) ?? Number.NaN
  // Keeps labels that are one number, as `1` and `1.0`, in the order of texts.
  return all.every(label => Number.isFinite(numberFor(label))) ? all.sort((a, b) => numberFor(a) - numberFor(b)) : all
}

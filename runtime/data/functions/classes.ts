// classes(x): labels as numbers from 0, in the sorted order of the labels that occur in the training part (as numbers if all of
// them are), so that neither the order nor the frequency of the rows matters. Nothing is reserved for padding.
import { fail } from '../../../dsl/diagnostics.ts'
import { elementsIn } from '../sequences.ts'
import { describe, type Origin, type Sequences, type Series, type Value } from '../value.ts'
import type { DataFunction } from './function.ts'

export const classes: DataFunction = {
  name: 'classes',
  parameters: [{ name: 'x' }],
  apply: ([{ value, span }], call): Series | Sequences => {
    const found = labelsOf(value)
    if (found === undefined) {
      return fail('RNN210', { what: 'what `classes` takes', expected: 'a column', found: describe(value) }, { span })
    }
    const { labels, source, origins, sequences } = found
    const encoding = call.fit(sequences?.lengths.length ?? labels.length, training => {
      const elements = sequences === undefined ? training : elementsIn(sequences, training)
      return { kind: 'classes', labels: sorted(new Set(Array.from(elements, element => labels[element]))) }
    })
    if (encoding.kind !== 'classes') throw new Error('what was fitted for numbers cannot number classes')
    const indices = new Map(encoding.labels.map((label, index) => [label, index]))
    const values = Float64Array.from(labels, label => {
      return indices.get(label) ?? fail('RNN408', { value: label, name: source }, { span })
    })
    const series: Series = { kind: 'series', rows: values.length, item: [], values, encoding, source, origins }
    return sequences === undefined ? series : { ...sequences, series }
  },
}

interface Labels {
  readonly labels: readonly string[]
  readonly source: string
  readonly origins: readonly Origin[]
  /** Whose elements the labels are. */
  readonly sequences?: Sequences
}

function labelsOf(value: Value): Labels | undefined {
  if (value.kind === 'column') {
    const { cells, file, name, lines } = value
    return { labels: cells, source: name, origins: [{ file, column: name, lines }] }
  }
  if (value.kind !== 'series' && value.kind !== 'sequences') return undefined
  const { item, encoding, values, source, origins } = value.kind === 'series' ? value : value.series
  if (item.length > 0 || encoding.kind === 'classes') return undefined
  return {
    labels: Array.from(values, String),
    source,
    origins,
    ...(value.kind === 'sequences' && { sequences: value }),
  }
}

function sorted(labels: Iterable<string>): string[] {
  const all = [...labels]
  const numeric = all.every(label => label !== '' && Number.isFinite(Number(label)))
  return numeric ? all.sort((a, b) => Number(a) - Number(b)) : all.sort()
}

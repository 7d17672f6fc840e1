// classes(x): labels as numbers from 0, in the sorted order of the labels that occur in the training part (as numbers if all of
// them are), so that neither the order nor the frequency of the rows matters. Nothing is reserved for padding.
import { fail } from '../../../dsl/diagnostics.ts'
import { describe, type Series } from '../value.ts'
import type { DataFunction } from './function.ts'

export const classes: DataFunction = {
  name: 'classes',
  parameters: [{ name: 'x' }],
  apply: ([{ value, span }], call): Series => {
    const texts = labelsOf(value)
    if (texts === undefined) {
      return fail('RNN210', { what: 'what `classes` takes', expected: 'a column', found: describe(value) }, { span })
    }
    const encoding = call.fit(texts.labels.length, training => ({
      kind: 'classes',
      labels: sorted(new Set(Array.from(training, row => texts.labels[row]))),
    }))
    if (encoding.kind !== 'classes') throw new Error('what was fitted for numbers cannot number classes')
    const indices = new Map(encoding.labels.map((label, index) => [label, index]))
    const values = Float64Array.from(texts.labels, label => {
      return indices.get(label) ?? fail('RNN408', { value: label, name: texts.source }, { span })
    })
    return { kind: 'series', rows: values.length, item: [], values, encoding, source: texts.source }
  },
}

function labelsOf(value: Parameters<typeof describe>[0]): { labels: readonly string[]; source: string } | undefined {
  if (value.kind === 'column') return { labels: value.cells, source: value.name }
  if (value.kind !== 'series' || value.item.length > 0 || value.encoding.kind === 'classes') return undefined
  return { labels: Array.from(value.values, String), source: value.source }
}

function sorted(labels: Iterable<string>): string[] {
  const all = [...labels]
  const numeric = all.every(label => label !== '' && Number.isFinite(Number(label)))
  return numeric ? all.sort((a, b) => Number(a) - Number(b)) : all.sort()
}

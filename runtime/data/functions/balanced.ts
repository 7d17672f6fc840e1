// balanced(y): a weight for each label of `classes`, n / (K · n_c) of the n labels and K classes of the training part, n_c of the label's
// own class. So every class weighs the same in sum, and the mean weight is 1 (as class_weight="balanced" of scikit-learn).
import { fail } from '../../../dsl/diagnostics.ts'
import { applying, asRead, type Encoding } from '../encoding.ts'
import { Grid } from '../grid.ts'
import { eachElement } from '../raggedSequences.ts'
import { asWritten } from '../rounding.ts'
import { describe, isElements, rowsOf, seriesOf, withSeries } from '../value.ts'
import type { DataFunction } from './function.ts'

export const balanced: DataFunction = {
  name: 'balanced',
  parameters: [{ name: 'y' }],
  apply: ([{ value, span }], call) => {
    const classes = isElements(value) ? seriesOf(value).encoding : undefined
    if (!isElements(value) || classes?.kind !== 'classes') {
      return fail(
        'RNN422',
        { user: '`balanced`', expected: 'labels of `classes`', found: describe(value) },
        { span, help: 'write `balanced(classes(…))`' },
      )
    }
    const series = seriesOf(value)
    const weights = weightsIn(
      call.fit(rowsOf(value), training => {
        const counts = classes.labels.map(() => 0)
        eachElement(value, training, element => {
          counts[series.values.at(element)]++
        })
        return encodingOf(counts)
      }),
    )
    if (weights.length !== classes.labels.length) {
      const differences = `\`${series.source}\` has ${classes.labels.length} classes, but training weighted ${weights.length}`
      return fail('RNN501', { file: 'the weights', model: call.model, differences }, { span: call.span })
    }
    const values = Grid.of(
      Float64Array.from({ length: series.values.length }, (_, i) => weights[series.values.at(i)]),
      1,
    )
    return withSeries(value, {
      kind: 'series',
      rows: series.rows,
      item: [],
      values,
      encoding: asRead(1),
      source: series.source,
      origins: series.origins,
      rounding: asWritten(values),
    })
  },
}

/** Stores a weight for each class as a factor: a chain of one step, as encodings of numbers have them. */
function encodingOf(counts: readonly number[]): Encoding {
  const all = counts.reduce((sum, count) => sum + count, 0)
  return {
    kind: 'numbers',
    chains: counts.map(count => [{ kind: 'multiply', value: all / (counts.length * count) }]),
  }
}

const weightsIn = (encoding: Encoding): readonly number[] =>
  encoding.kind === 'numbers' ? encoding.chains.map(chain => applying(chain)(1)) : []

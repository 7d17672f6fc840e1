// split = ordered(0.8, 0.1, 0.1) or shuffled(…): the fractions of train, validation and test; of train and test if there are two.
// `ordered` keeps the file's order, for whatever has a time; `shuffled` draws the rows of each part by chance.
import { fail } from '../../../dsl/diagnostics.ts'
import { type Argument, describe, type Split } from '../value.ts'
import type { Call, DataFunction } from './function.ts'

const parameters = [
  { name: 'train' },
  { name: 'second' },
  { name: 'third', default: { kind: 'number', value: 0 } },
] as const

const splitter = (order: Split['order']): DataFunction => ({
  name: order,
  parameters,
  apply: ([train, second, third], call) => {
    // Leaves out a third that was not written, which has the span of the call.
    const given = third.span === call.span ? [train, second] : [train, second, third]
    return { kind: 'split', order, fractions: fractions(order, given, call) }
  },
})

export const ordered = splitter('ordered')
export const shuffled = splitter('shuffled')

function fractions(order: Split['order'], args: readonly Argument[], call: Call): number[] {
  const all = args.map(({ value, span }) => {
    if (value.kind === 'number' && value.value > 0) return value.value
    return fail(
      value.kind === 'number' ? 'RNN230' : 'RNN231',
      { what: 'a part of the split', expected: 'a number above 0', found: describe(value) },
      { span },
    )
  })
  const sum = all.reduce((a, b) => a + b, 0)
  if (Math.abs(sum - 1) < 1e-9) return all
  const found = `${all.join(' + ')} = ${Number(sum.toPrecision(12))}`
  const help = `write the parts as fractions of 1: \`${order}(${all.map(part => Number((part / sum).toPrecision(3))).join(', ')})\``
  return fail('RNN230', { what: 'the sum of the parts of the split', expected: '1', found }, { span: call.span, help })
}

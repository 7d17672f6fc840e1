// dropOnes: removes moves along dimensions of one element; the step of a stream has many of these, in place of whole sequences.
import { broadcast, reshape, scalar } from '../ir/builder.ts'
import { asNumber } from '../ir/dim.ts'
import { fromEnd, isDim, numbersOf } from '../ir/ops/attributes.ts'
import type { Pass } from './pass.ts'
import { type Rule, rewriteBlock } from './rewrite.ts'

export const dropOnesRules: readonly Rule[] = [
  {
    name: 'known-size',
    contract: 'a size that is a number → the number',
    ops: ['size'],
    rewrite: ({ attrs: { dim } }, { builder }) => {
      const value = isDim(dim) ? asNumber(dim) : undefined
      return value === undefined ? undefined : scalar(builder, value, 'int')
    },
  },
  {
    name: 'iota-of-one',
    contract: 'the positions of one element → 0',
    ops: ['iota'],
    rewrite: ({ outs: [out] }, { builder }) =>
      asNumber(out.shape[0]) === 1 ? reshape(builder, scalar(builder, 0, 'int'), out.shape) : undefined,
  },
  {
    name: 'shift-past-all',
    contract: 'a shift by as many steps as there are → its fill, repeated',
    ops: ['shift'],
    rewrite: ({ ins: [x, fill], attrs }, { builder }) => {
      const axis = Number(attrs.axis)
      const size = x.shape[fromEnd(axis, x.shape.length)]
      const steps = asNumber(size)
      return steps !== undefined && Math.abs(Number(attrs.by)) >= steps
        ? broadcast(builder, fill, [axis], [size])
        : undefined
    },
  },
  {
    name: 'transpose-ones',
    contract: 'a transpose that keeps the order of all dimensions but those of one element → a reshape',
    ops: ['transpose'],
    rewrite: ({ ins: [x], attrs, outs: [out] }, { builder }) => {
      const rank = x.shape.length
      const order = numbersOf(attrs.order).map(d => fromEnd(d, rank))
      const moved = [...Array.from({ length: rank - order.length }, (_, d) => d), ...order]
      const wide = moved.filter(d => asNumber(x.shape[d]) !== 1)
      const inOrder = wide.every((d, i) => i === 0 || wide[i - 1] < d)
      return inOrder && wide.length < rank ? reshape(builder, x, out.shape) : undefined
    },
  },
  {
    name: 'broadcast-ones',
    contract: 'a broadcast along dimensions of one element → a reshape',
    ops: ['broadcast'],
    rewrite: ({ ins: [x], attrs, outs: [out] }, { builder, uniform }) => {
      const places = numbersOf(attrs.at).map(d => fromEnd(d, out.shape.length))
      const isPlain = places.length > 0 && places.every(d => asNumber(out.shape[d]) === 1)
      return isPlain && uniform(x) === undefined ? reshape(builder, x, out.shape) : undefined
    },
  },
]

export const dropOnes: Pass = {
  name: 'drop-ones',
  contract: 'no transpose, broadcast, shift or position runs only along dimensions of one element',
  run: (context, block) => rewriteBlock(context, block, dropOnesRules),
}

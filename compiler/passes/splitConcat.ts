// split-concat: splits a product with a concatenation into a sum of products, so that the part of a step's input can leave the loop.
import { add, constant } from '../ir/dim.ts'
import type { Value } from '../ir/graph.ts'
import type { Pass } from './pass.ts'
import { type Rule, rewriteBlock } from './rewrite.ts'

const splitConcatRule: Rule = {
  name: 'split-concat',
  contract: 'W [x, h] → W₁ x + W₂ h',
  ops: ['matmul'],
  rewrite: ({ ins: [x, w], attrs }, { builder, producer }) => {
    const joined = producer(x)
    if (joined?.op !== 'concat' || joined.attrs.axis !== -1) return undefined
    let start = constant(0)
    const products = joined.ins.map((part): Value => {
      const [size] = part.shape.slice(-1)
      const columns = builder.emit('slice', [w], { axis: -1, start, size })
      start = add(start, size)
      return builder.emit('matmul', [part, columns], attrs)
    })
    return products.reduce((a, b) => builder.emit('add', [a, b]))
  },
}

export const splitConcat: Pass = {
  name: 'split-concat',
  contract: 'no product has a concatenation along the contracted dimension',
  run: (context, block) => rewriteBlock(context, block, [splitConcatRule]),
}

// through-gather: makes a product with gathered rows one op, which may multiply the table first and gather the products.
import type { Pass } from './pass.ts'
import { type Rule, rewriteBlock } from './rewrite.ts'

const throughGatherRule: Rule = {
  name: 'through-gather',
  contract: 'W E[i] → one op, that chooses by the sizes of a run which of the two comes first',
  ops: ['matmul'],
  rewrite: ({ ins: [x, w], attrs }, { builder, producer }) => {
    const rows = producer(x)
    if (rows?.op !== 'gather' || rows.ins[0].shape.length !== 2) return undefined
    const [table, index] = rows.ins
    return builder.emit('gather_matmul', [table, index, w], attrs)
  },
}

export const throughGather: Pass = {
  name: 'through-gather',
  contract: 'no product has gathered rows of a matrix as its left operand',
  run: (context, block) => rewriteBlock(context, block, [throughGatherRule]),
}

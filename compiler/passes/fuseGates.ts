// fuse-gates: makes products with the same left operand one product with concatenated weights (the gates of a cell). Weights that
// are parameters are stored concatenated, so that no step copies them.
import type { Block } from '../ir/graph.ts'
import { type Fusion, fuseAll } from './fuse.ts'
import type { Pass } from './pass.ts'

export const fuseGates: Pass = {
  name: 'fuse-gates',
  contract:
    'no two products of a block have the same left operand, unless their weights differ in type or the weights of one depend on the result of another',
  run: (context, block) => fuseAll(context, block, products),
}

function products(block: Block): Fusion[] {
  const all = block.eqns.filter(e => e.op === 'matmul')
  return [...Map.groupBy(all, e => `${e.ins[0].id} ${JSON.stringify(e.attrs)}`).values()].map(members => ({
    members,
    parts: members.map(e => e.ins[1]),
    emit: (b, joined) => b.emit('matmul', [members[0].ins[0], joined], members[0].attrs),
    axis: -2,
  }))
}

// What `explain --passes` counts of a plan.
import assert from 'node:assert/strict'
import { it } from 'vitest'
import { passRow } from '../../cli/passReport.ts'
import { format } from '../../compiler/ir/dim.ts'
import { build, type } from '../backend/agree.ts'

it('counts of two ways the memory of the larger, also where several choices go the same way', () => {
  const params = [type('3, 8'), type('B', 'int'), type('5, 8'), type('6, 8')]
  const arena = (products: number): string => {
    const { context, graph } = build(params, (b, [table, index, ...weights]) =>
      weights.slice(0, products).map(w => b.emit('gather_matmul', [table, index, w])),
    )
    return format(passRow('lower', context, graph, 'f32').arena)
  }
  // The result, and the gathered rows: larger than the product of the whole table, 60 bytes. The next product shares them.
  assert.equal(arena(1), '52*B')
  assert.equal(arena(2), '76*B')
})

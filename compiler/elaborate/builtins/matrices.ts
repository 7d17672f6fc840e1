// Built-in functions of matrices. Products are the operator `@`.
import { fail } from '../../../dsl/diagnostics.ts'
import * as D from '../../ir/dim.ts'
import { contract } from '../tensors/contract.ts'
import { withItem } from '../tensors/layout.ts'
import type { Builtin } from '../values/builtinFunction.ts'
import { formatItem } from '../values/formatType.ts'
import { builtin } from './builtin.ts'

export const matrixBuiltins: readonly Builtin[] = [
  builtin('transpose', 'M', 1, ({ scope, span }, m) => {
    if (m.item.length !== 2)
      fail('RNN229', { operation: '`transpose`', expected: 'a matrix', found: formatItem(m) }, { span })
    const value = scope.builder.emit('transpose', [m.value], { order: [-1, -2] })
    return { ...m, value, item: [m.item[1], m.item[0]], name: '' }
  }),
  /** v kᵀ: [M], [N] → [M, N]. */
  builtin('outer', 'v, k', 2, ({ scope, span }, v, k) => {
    for (const t of [v, k]) {
      if (t.item.length !== 1)
        fail('RNN229', { operation: '`outer`', expected: 'two vectors', found: formatItem(t) }, { span })
    }
    const column = withItem(scope, v, [v.item[0], D.constant(1)])
    return contract(scope, column, withItem(scope, k, [D.constant(1), k.item[0]]), span)
  }),
]

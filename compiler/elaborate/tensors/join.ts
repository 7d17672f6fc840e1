// Emits vectors joined end to end.
import type { Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import * as D from '../../ir/dim.ts'
import { joinFacts } from '../values/facts.ts'
import { formatItem } from '../values/formatType.ts'
import type { Scope } from '../values/scope.ts'
import type { Tensor } from '../values/tensor.ts'
import { quoted } from '../values/wording.ts'
import { checkAxes } from './checkAxes.ts'
import { toReal } from './constants.ts'
import { expand, joinAxes, tensor, withItem } from './layout.ts'
import { commonOrder, joinReversed } from './order.ts'

/** Emits `[a, b, …]`: joins vectors end to end, a scalar as one element. */
export function join(scope: Scope, parts: readonly Tensor[], span: Span): Tensor {
  for (const t of parts) {
    if (t.item.length > 1) fail('RNN219', { value: quoted(t.name, 'this'), found: formatItem(t) }, { span })
  }
  checkAxes(scope, parts, span)
  const dtype = parts.every(t => t.dtype === parts[0].dtype) ? parts[0].dtype : 'real'
  const ordered = commonOrder(scope, dtype === 'real' ? parts.map(t => toReal(scope, t)) : parts)
  const axes = joinAxes(ordered)
  const vectors = ordered.map(t => (t.item.length === 1 ? t : withItem(scope, t, [D.constant(1)])))
  const values = vectors.map(t => expand(scope, t, axes, t.item))
  const value = values.length === 1 ? values[0] : scope.builder.emit('concat', values, { axis: -1 })
  const item = [vectors.map(t => t.item[0]).reduce(D.add)]
  return tensor(value, axes, item, {
    reversed: joinReversed(ordered),
    facts: joinFacts(ordered),
    name: '',
  })
}

// Emits products of matrices and vectors, after checking the dims that they share.
import type { Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { reshape } from '../../ir/builder.ts'
import * as D from '../../ir/dim.ts'
import type { Value } from '../../ir/graph.ts'
import { joinFacts } from '../values/facts.ts'
import { formatBoth, formatItem } from '../values/formatType.ts'
import type { Scope } from '../values/scope.ts'
import type { Axis, Tensor } from '../values/tensor.ts'
import { quoted } from '../values/wording.ts'
import { checkAxes } from './checkAxes.ts'
import { toReal } from './constants.ts'
import { expand, joinAxes, shapeOf, tensor } from './layout.ts'
import { commonOrder, joinReversed } from './order.ts'

/** Emits `left @ right`, which contracts the last dim of the left item with the first of the right one. */
export function contract(scope: Scope, left: Tensor, right: Tensor, span: Span): Tensor {
  const [p, q] = [left.item.length, right.item.length]
  for (const t of [left, right]) {
    if (t.item.length < 1 || t.item.length > 2) {
      fail(
        'RNN229',
        { operation: '`@`', expected: 'a vector or a matrix on each side', found: formatItem(t) },
        { span },
      )
    }
  }
  if (!D.equal(left.item[p - 1], right.item[0])) {
    fail(
      'RNN201',
      {
        left: quoted(left.name, 'the left side'),
        right: quoted(right.name, 'the right side'),
        leftType: formatBoth(left.item),
        rightType: formatBoth(right.item),
        leftDim: D.format(left.item[p - 1]),
        rightDim: D.format(right.item[0]),
      },
      { span, ...transposedHint(left, right) },
    )
  }
  checkAxes(scope, [left, right], span)
  const [a, b] = commonOrder(scope, [toReal(scope, left), toReal(scope, right)])
  const item = [...left.item.slice(0, -1), ...right.item.slice(1)]
  const reversed = joinReversed([a, b])
  const done = (value: Value, axes: readonly Axis[]): Tensor =>
    tensor(reshape(scope.builder, value, shapeOf(axes, item)), axes, item, {
      reversed,
      facts: joinFacts([a, b]),
      name: '',
    })

  const emit = scope.builder.emit
  if (a.axes.length === 0 && b.axes.length > 0) {
    const weight = p === 2 ? a.value : emit('reshape', [a.value], { shape: [D.constant(1), D.unlabelled(a.item[0])] })
    if (q === 1) return done(emit('matmul', [b.value, weight]), b.axes)
    const columns = emit('matmul', [emit('transpose', [b.value], { order: [-1, -2] }), weight])
    return done(emit('transpose', [columns], { order: [-1, -2] }), b.axes)
  }
  if (b.axes.length === 0 && a.axes.length > 0) {
    if (q === 2) return done(emit('matmulT', [a.value, b.value]), a.axes)
    const weight = emit('reshape', [b.value], { shape: [D.constant(1), D.unlabelled(b.item[0])] })
    return done(emit('matmul', [a.value, weight]), a.axes)
  }
  const axes = joinAxes([a, b])
  const matrix = (t: Tensor, shape: readonly D.Dim[]): Value =>
    reshape(scope.builder, expand(scope, t, axes, t.item), shapeOf(axes, shape))
  const l = matrix(a, p === 2 ? a.item : [D.constant(1), a.item[0]])
  const r = matrix(b, q === 2 ? b.item : [b.item[0], D.constant(1)])
  return done(emit('bmm', [l, r], { ta: false, tb: false }), axes)
}

function transposedHint(left: Tensor, right: Tensor): { help?: string } {
  const fits = left.name !== '' && left.item.length === 2 && D.equal(left.item[0], right.item[0])
  if (!fits) return {}
  const [rows, columns] = left.item.map(D.formatLabel)
  return { help: `to map ${rows} to ${columns}, declare \`${left.name}: [${columns}, ${rows}]\`` }
}

// Converts the operands of an arithmetic operator or a comparison to tensors.
import type { Expr, Span } from '../../../dsl/ast.ts'
import { constantTensor } from '../tensors/constants.ts'
import { asTensor } from '../tensors/convert.ts'
import { type Entity, staticValue } from '../values/entity.ts'
import type { Scope } from '../values/scope.ts'
import type { Tensor } from '../values/tensor.ts'
import { isStatic } from './staticNumbers.ts'

/** Converts both to tensors; a static number becomes a real beside a real, and otherwise keeps its own type. */
export function likeNumbers(
  scope: Scope,
  left: Entity,
  right: Entity,
  expr: Expr & { kind: 'binary' },
): [Tensor, Tensor] {
  const make = (e: Entity, span: Span, other: Entity, otherSpan: Span): Tensor => {
    const value = staticValue(e)
    if (value === undefined || isStatic(other)) return asTensor(scope, e, span)
    return asTensor(scope, other, otherSpan).dtype === 'real' ? constantTensor(scope, value) : asTensor(scope, e, span)
  }
  const [l, r] = [expr.left.span, expr.right.span]
  return [make(left, l, right, r), make(right, r, left, l)]
}

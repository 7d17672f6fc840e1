// Evaluates comparisons.
import type { Expr, Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { toReal } from '../tensors/constants.ts'
import { matchLabels } from '../tensors/labels.ts'
import { commonItem, pointwise } from '../tensors/pointwise.ts'
import type { Entity } from '../values/entity.ts'
import type { Scope } from '../values/scope.ts'
import type { Tensor } from '../values/tensor.ts'
import { likeNumbers } from './likeNumbers.ts'

/** The ops that compare, whether with their operands exchanged, and whether the result is negated. */
const comparisons = {
  '==': { op: 'eq', swap: false, not: false },
  '!=': { op: 'eq', swap: false, not: true },
  '<': { op: 'lt', swap: false, not: false },
  '<=': { op: 'le', swap: false, not: false },
  '>': { op: 'lt', swap: true, not: false },
  '>=': { op: 'le', swap: true, not: false },
} as const

/** Evaluates a comparison of tensors; numbers of different types are compared as reals. */
export function compare(
  scope: Scope,
  op: keyof typeof comparisons,
  left: Entity,
  right: Entity,
  expr: Expr & { kind: 'binary' },
): Tensor {
  const { op: name, swap, not } = comparisons[op]
  const given = likeNumbers(scope, left, right, expr)
  if (given.some(t => t.dtype === 'bool') && !(op === '==' || op === '!=')) {
    fail('RNN216', { what: `\`${op}\``, expected: 'numbers', found: 'a bool' }, { span: expr.span })
  }
  if (name === 'eq') checkDecision(scope, given, expr.span)
  const mixed = given[0].dtype !== given[1].dtype
  const operands = mixed ? given.map(t => toReal(scope, t)) : given
  // Checks the items before the exchange, so that the message has the operands in the order of the text.
  commonItem(operands, expr.span, op)
  const result = pointwise(scope, name, swap ? operands.toReversed() : operands, expr.span, op)
  return not ? pointwise(scope, 'not', [result], expr.span) : result
}

/** Throws RNN416 if a label is compared with the decision of an output that distinguishes fewer labels. */
function checkDecision(scope: Scope, [left, right]: readonly [Tensor, Tensor], span: Span): void {
  for (const [decided, label] of [
    [left, right],
    [right, left],
  ]) {
    if (decided.choice === undefined || label.dtype !== 'int') continue
    matchLabels(scope, label, decided.choice, span)
  }
}

// Emits pointwise operations, after checking items and axes.
import type { Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import * as D from '../../ir/dim.ts'
import type { PlainOp } from '../../ir/ops/schemas.ts'
import { joinFacts } from '../values/facts.ts'
import { formatBoth, formatItem, onlyElement } from '../values/formatType.ts'
import type { Scope } from '../values/scope.ts'
import { sameItem, type Tensor } from '../values/tensor.ts'
import { quoted } from '../values/wording.ts'
import { checkAxes } from './checkAxes.ts'
import { toReal } from './constants.ts'
import { expand, joinAxes, tensor } from './layout.ts'
import { commonOrder, joinReversed } from './order.ts'

/** Emits one pointwise op: items must be equal or scalars, axes contained in one another. */
export function pointwise(
  scope: Scope,
  op: PlainOp,
  operands: readonly Tensor[],
  span: Span,
  shown: string = op,
): Tensor {
  const shaped = commonItem(operands, span, shown)
  checkAxes(scope, operands, span)
  const ordered = commonOrder(scope, operands)
  const axes = joinAxes(ordered)
  const value = scope.builder.emit(
    op,
    ordered.map(t => expand(scope, t, axes, shaped.item)),
  )
  return tensor(value, axes, shaped.item, {
    reversed: joinReversed(ordered),
    facts: joinFacts(ordered),
    name: '',
  })
}

/** Finds the operand whose item all others have, unless they are scalars; throws RNN203 if there is none. */
export function commonItem(operands: readonly Tensor[], span: Span, shown: string): Tensor {
  const shaped = operands.find(t => t.item.length > 0) ?? operands[0]
  for (const t of operands) {
    if (t.item.length > 0 && !sameItem(t.item, shaped.item)) {
      fail(
        'RNN203',
        { operation: shown, left: formatBoth(shaped.item), right: formatBoth(t.item) },
        {
          span,
          caret: `${quoted(shaped.name, 'one side')} is ${formatItem(shaped)}, ${quoted(t.name, 'the other')} is ${formatItem(t)}`,
          ...onlyElement(t.item, shaped),
          ...onlyElement(shaped.item, t),
          ...matrixProduct(shown, shaped, t),
        },
      )
    }
  }
  return shaped
}

/** Advice where `*` stands between a matrix and what it could multiply. */
function matrixProduct(shown: string, a: Tensor, b: Tensor): { help?: string } {
  const fits = a.item.length === 2 && b.item.length > 0 && D.equal(a.item[1], b.item[0])
  if (shown !== '*' || !fits) return {}
  return { help: `the product of a matrix is written with @: \`${a.name || 'W'} @ ${b.name || 'x'}\`` }
}

/** As `pointwise`, with the operands converted to reals. */
export const realPointwise = (
  scope: Scope,
  op: PlainOp,
  operands: readonly Tensor[],
  span: Span,
  shown: string = op,
): Tensor =>
  pointwise(
    scope,
    op,
    operands.map(t => toReal(scope, t)),
    span,
    shown,
  )

/** As `pointwise`, for numbers: converts ints to reals only if the types of the operands differ. */
export function numberPointwise(
  scope: Scope,
  op: PlainOp,
  operands: readonly Tensor[],
  span: Span,
  shown: string = op,
): Tensor {
  const bool = operands.find(t => t.dtype === 'bool')
  if (bool !== undefined)
    fail(
      'RNN216',
      { what: `\`${shown}\``, expected: 'numbers', found: 'a bool' },
      { span, help: 'convert it with `real(…)`' },
    )
  const mixed = operands.some(t => t.dtype !== operands[0].dtype)
  return pointwise(scope, op, mixed ? operands.map(t => toReal(scope, t)) : operands, span, shown)
}

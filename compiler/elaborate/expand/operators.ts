// Evaluates operators on static numbers (the result stays static), on initial values, and on tensors.
import type { Expr, Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import * as D from '../../ir/dim.ts'
import type { PlainOp } from '../../ir/ops/schemas.ts'
import { contract } from '../tensors/contract.ts'
import { asInit, asTensor } from '../tensors/convert.ts'
import { numberPointwise, pointwise, realPointwise } from '../tensors/pointwise.ts'
import { type Entity, staticValue } from '../values/entity.ts'
import type { Scope } from '../values/scope.ts'
import type { Tensor } from '../values/tensor.ts'
import { sourceText } from '../values/wording.ts'
import { compare } from './compare.ts'
import { likeNumbers } from './likeNumbers.ts'
import { computed, elementwise, inSymbols, isStatic, negated, staticDim } from './staticNumbers.ts'

const arithmetic: Readonly<Record<'+' | '-' | '*' | '/', { op: PlainOp; number: (a: number, b: number) => number }>> = {
  '+': { op: 'add', number: (a, b) => a + b },
  '-': { op: 'sub', number: (a, b) => a - b },
  '*': { op: 'mul', number: (a, b) => a * b },
  '/': { op: 'div', number: (a, b) => a / b },
}

/** Evaluates `-x` or `not x`. */
export function unary(scope: Scope, op: '-' | 'not', value: Entity, span: Span): Entity {
  if (op === 'not') {
    if (value.kind === 'bool') return { kind: 'bool', value: !value.value }
    return pointwise(scope, 'not', [bool(scope, value, 'not', span)], span)
  }
  if (value.kind === 'number' || value.kind === 'dim') return negated(value)
  if (value.kind === 'vector') return { kind: 'vector', numbers: value.numbers.map(negated) }
  if (value.kind === 'init' && scope.initial === undefined)
    return { kind: 'init', init: { kind: 'negate', value: value.init } }
  return numberPointwise(scope, 'neg', [asTensor(scope, value, span)], span, '-')
}

/** Converts to a bool. Throws RNN216 for another type. */
function bool(scope: Scope, e: Entity, operator: string, span: Span): Tensor {
  const t = asTensor(scope, e, span)
  return t.dtype === 'bool'
    ? t
    : fail('RNN216', { what: `\`${operator}\``, expected: 'a bool', found: t.dtype }, { span })
}

/** Evaluates a binary operator whose operands stand for `left` and `right`. */
export function operation(scope: Scope, expr: Expr & { kind: 'binary' }, left: Entity, right: Entity): Entity {
  const { op, span } = expr
  if (op in arithmetic || op === '%' || op === '^') {
    const vector = elementwise(left, right, (a, b) => operation(scope, expr, a, b))
    if (vector !== undefined) return vector
  }
  const symbolic = inSymbols(scope, expr, left, right)
  if (symbolic !== undefined) return symbolic
  switch (op) {
    case 'and':
    case 'or':
      return pointwise(
        scope,
        op,
        [bool(scope, left, op, expr.left.span), bool(scope, right, op, expr.right.span)],
        span,
      )
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compare(scope, op, left, right, expr)
    case '@':
      return contract(scope, asTensor(scope, left, expr.left.span), asTensor(scope, right, expr.right.span), span)
    case '^':
      return power(scope, left, right, expr)
    case '%':
      return remainder(scope, left, right, expr)
    default:
      return calculation(scope, op, left, right, expr)
  }
}

/** Evaluates `left % right`. */
function remainder(scope: Scope, left: Entity, right: Entity, expr: Expr & { kind: 'binary' }): Entity {
  const [a, b] = [staticValue(left), staticValue(right)]
  if (b === 0) divisionByZero(scope, expr.right)
  if (a !== undefined && b !== undefined) return computed(a - b * Math.floor(a / b), [a, b], expr.span)
  const operands = likeNumbers(scope, left, right, expr)
  const name = operands.every(t => t.dtype === 'int') ? 'remainder' : 'mod'
  return numberPointwise(scope, name, operands, expr.span, '%')
}

/** Evaluates a sum, a difference, a product or a quotient, of sizes, numbers, initial values or tensors. */
function calculation(
  scope: Scope,
  op: keyof typeof arithmetic,
  left: Entity,
  right: Entity,
  expr: Expr & { kind: 'binary' },
): Entity {
  const { span } = expr
  const { op: name, number } = arithmetic[op]
  if (left.kind === 'dim' && right.kind === 'dim' && op !== '/') {
    const dims = { '+': D.add, '-': D.subtract, '*': D.multiply }
    return staticDim(dims[op](left.dim, right.dim), span)
  }
  const [a, b] = [staticValue(left), staticValue(right)]
  if (op === '/' && b === 0) divisionByZero(scope, expr.right)
  if (a !== undefined && b !== undefined) return computed(number(a, b), [a, b], span)
  const initial = [left, right].every(e => e.kind === 'init' || isStatic(e))
  if (initial && scope.initial === undefined) {
    const [l, r] = [asInit(scope, left, expr.left.span), asInit(scope, right, expr.right.span)]
    return { kind: 'init', init: { kind: 'binary', op, left: l, right: r } }
  }
  const operands = likeNumbers(scope, left, right, expr)
  return op === '/' ? realPointwise(scope, name, operands, span, op) : numberPointwise(scope, name, operands, span, op)
}

/** Throws RNN230 for a division by a static number that is 0. */
function divisionByZero(scope: Scope, { span }: Expr): never {
  const what = `the divisor \`${sourceText(scope, span)}\``
  return fail('RNN230', { what, expected: 'a number other than 0', found: '0' }, { span })
}

/** Evaluates x^n. Static exponents 2, 3 and 4 become products, which hold for negative x on every backend. */
function power(scope: Scope, left: Entity, right: Entity, expr: Expr & { kind: 'binary' }): Entity {
  const [a, n] = [staticValue(left), staticValue(right)]
  if (a !== undefined && n !== undefined) return computed(a ** n, [a, n], expr.span)
  if (n === 2 || n === 3 || n === 4) {
    const x = asTensor(scope, left, expr.left.span)
    const square = numberPointwise(scope, 'mul', [x, x], expr.span, '^')
    if (n === 2) return square
    return numberPointwise(scope, 'mul', n === 3 ? [square, x] : [square, square], expr.span, '^')
  }
  return realPointwise(
    scope,
    'pow',
    [asTensor(scope, left, expr.left.span), asTensor(scope, right, expr.right.span)],
    expr.span,
    '^',
  )
}

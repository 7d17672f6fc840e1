// Operators: what each makes of numbers, which stay static, of initial values, and of tensors.
import type { Expr, Span } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import * as D from '../ir/dim.ts'
import { asInit, asTensor } from './convert.ts'
import { commonItem, constantTensor, contract, join, numberPointwise, pointwise, realPointwise } from './emit.ts'
import { type Entity, staticValue } from './entity.ts'
import { boundBy, checkLabels } from './labels.ts'
import { each } from './report.ts'
import type { Scope } from './scope.ts'
import type { Tensor } from './tensor.ts'
import { sourceText } from './text.ts'

const arithmetic: Readonly<Record<'+' | '-' | '*' | '/', { op: string; number: (a: number, b: number) => number }>> = {
  '+': { op: 'add', number: (a, b) => a + b },
  '-': { op: 'sub', number: (a, b) => a - b },
  '*': { op: 'mul', number: (a, b) => a * b },
  '/': { op: 'div', number: (a, b) => a / b },
}

const comparisons = {
  '==': { op: 'eq', swap: false, not: false },
  '!=': { op: 'eq', swap: false, not: true },
  '<': { op: 'lt', swap: false, not: false },
  '<=': { op: 'le', swap: false, not: false },
  '>': { op: 'lt', swap: true, not: false },
  '>=': { op: 'le', swap: true, not: false },
} as const

const isStatic = (e: Entity): boolean => e.kind === 'number' || e.kind === 'dim'

/** `-x`, `not x`. */
export function unary(scope: Scope, op: '-' | 'not', value: Entity, span: Span): Entity {
  if (op === 'not') {
    if (value.kind === 'bool') return { kind: 'bool', value: !value.value }
    return pointwise(scope, 'not', [bool(scope, value, 'not', span)], span)
  }
  if (value.kind === 'number') return { kind: 'number', value: -value.value }
  if (value.kind === 'dim') return { kind: 'dim', dim: D.multiply(D.constant(-1), value.dim) }
  if (value.kind === 'init' && scope.initial === undefined)
    return { kind: 'init', init: { kind: 'negate', value: value.init } }
  return numberPointwise(scope, 'neg', [asTensor(scope, value, span)], span, '-')
}

function bool(scope: Scope, e: Entity, operator: string, span: Span): Tensor {
  const t = asTensor(scope, e, span)
  return t.dtype === 'bool'
    ? t
    : fail('RNN216', { what: `\`${operator}\``, expected: 'a bool', found: t.dtype }, { span })
}

/** An operator between two expressions. */
export function operation(scope: Scope, expr: Expr & { kind: 'binary' }): Entity {
  const [left, right] = each([expr.left, expr.right], e => scope.session.evaluate(scope, e))
  return binary(scope, expr.op, left, right, expr)
}

function binary(
  scope: Scope,
  op: (Expr & { kind: 'binary' })['op'],
  left: Entity,
  right: Entity,
  expr: Expr & { kind: 'binary' },
): Entity {
  const { span } = expr
  const l = (): Tensor => asTensor(scope, left, expr.left.span)
  const r = (): Tensor => asTensor(scope, right, expr.right.span)
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
      return contract(scope, l(), r(), span)
    case '^':
      return power(scope, left, right, expr)
    case '%': {
      const [a, b] = [staticValue(left), staticValue(right)]
      if (b === 0) divisionByZero(scope, expr.right)
      if (a !== undefined && b !== undefined) return staticNumber(a - b * Math.floor(a / b))
      return numberPointwise(scope, 'mod', likeNumbers(scope, left, right, expr), span, '%')
    }
    default: {
      const { op: name, number } = arithmetic[op]
      if (left.kind === 'dim' && right.kind === 'dim' && op !== '/') {
        const dims = { '+': D.add, '-': D.subtract, '*': D.multiply }
        return { kind: 'dim', dim: dims[op](left.dim, right.dim) }
      }
      const [a, b] = [staticValue(left), staticValue(right)]
      if (op === '/' && b === 0) divisionByZero(scope, expr.right)
      if (a !== undefined && b !== undefined) return staticNumber(number(a, b))
      const initial = [left, right].every(e => e.kind === 'init' || isStatic(e))
      if (initial && scope.initial === undefined) {
        return {
          kind: 'init',
          init: { kind: 'binary', op, left: asInit(left, expr.left.span), right: asInit(right, expr.right.span) },
        }
      }
      const operands = likeNumbers(scope, left, right, expr)
      return op === '/'
        ? realPointwise(scope, name, operands, span, op)
        : numberPointwise(scope, name, operands, span, op)
    }
  }
}

const staticNumber = (value: number): Entity => ({ kind: 'number', value })

/** RNN210: what is divided by a number that is 0 is nothing. */
function divisionByZero(scope: Scope, { span }: Expr): never {
  const what = `\`${sourceText(scope, span)}\`, by which this divides,`
  return fail('RNN210', { what, expected: 'a number other than 0', found: '0' }, { span })
}

/** Both as tensors; a static number takes the other's type, unless it is not whole. */
function likeNumbers(scope: Scope, left: Entity, right: Entity, expr: Expr & { kind: 'binary' }): [Tensor, Tensor] {
  const make = (e: Entity, span: Span, other: Entity, otherSpan: Span): Tensor => {
    const value = staticValue(e)
    if (value === undefined || isStatic(other)) return asTensor(scope, e, span)
    return asTensor(scope, other, otherSpan).dtype === 'real' ? constantTensor(scope, value) : asTensor(scope, e, span)
  }
  const [l, r] = [expr.left.span, expr.right.span]
  return [make(left, l, right, r), make(right, r, left, l)]
}

function compare(
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
  const operands = mixed
    ? given.map(t =>
        t.dtype === 'real' ? t : { ...t, dtype: 'real' as const, value: scope.builder.emit('real', [t.value]) },
      )
    : [...given]
  commonItem(operands, expr.span, op)
  const result = pointwise(scope, name, swap ? operands.reverse() : operands, expr.span, op)
  return not ? pointwise(scope, 'not', [result], expr.span) : result
}

/** RNN416 for a label that is compared with what an output decided, which it cannot tell apart. */
function checkDecision(scope: Scope, [left, right]: readonly [Tensor, Tensor], span: Span): void {
  for (const [decided, label] of [
    [left, right],
    [right, left],
  ]) {
    if (decided.choice === undefined || label.dtype !== 'int') continue
    checkLabels(scope, label, decided.choice, span)
    boundBy(scope, label, decided.choice)
  }
}

/** x^n: whole exponents up to 4 are products, so that they hold for negative x on every backend. */
function power(scope: Scope, left: Entity, right: Entity, expr: Expr & { kind: 'binary' }): Entity {
  const [a, n] = [staticValue(left), staticValue(right)]
  if (a !== undefined && n !== undefined) return staticNumber(a ** n)
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

/** `[a, b, …]` as it is written. */
export function joined(scope: Scope, items: readonly Expr[], span: Span): Entity {
  const parts = each(items, item => asTensor(scope, scope.session.evaluate(scope, item), item.span))
  if (parts.length === 0) fail('RNN210', { what: '`[…]`', expected: 'at least one value', found: 'nothing' }, { span })
  return join(scope, parts, span)
}

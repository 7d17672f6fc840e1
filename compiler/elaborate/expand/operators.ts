// Evaluates operators on static numbers (the result stays static), on initial values, and on tensors.
import type { Expr, Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import * as D from '../../ir/dim.ts'
import type { PlainOp } from '../../ir/ops/schemas.ts'
import { constantTensor, toReal } from '../tensors/constants.ts'
import { contract } from '../tensors/contract.ts'
import { asInit, asTensor } from '../tensors/convert.ts'
import { join } from '../tensors/join.ts'
import { matchLabels } from '../tensors/labels.ts'
import { commonItem, numberPointwise, pointwise, realPointwise } from '../tensors/pointwise.ts'
import { each, Waits } from '../values/collectProblems.ts'
import { type Entity, type StaticNumber, type StaticVector, staticValue } from '../values/entity.ts'
import type { Scope } from '../values/scope.ts'
import type { Tensor } from '../values/tensor.ts'
import { sourceText } from '../values/wording.ts'
import { evaluate } from './evaluate.ts'

const arithmetic: Readonly<Record<'+' | '-' | '*' | '/', { op: PlainOp; number: (a: number, b: number) => number }>> = {
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

/** Evaluates `-x` or `not x`. */
export function unary(scope: Scope, op: '-' | 'not', value: Entity, span: Span): Entity {
  if (op === 'not') {
    if (value.kind === 'bool') return { kind: 'bool', value: !value.value }
    return pointwise(scope, 'not', [bool(scope, value, 'not', span)], span)
  }
  if (value.kind === 'number') return { kind: 'number', value: -value.value }
  if (value.kind === 'dim') return { kind: 'dim', dim: D.multiply(D.constant(-1), value.dim) }
  if (value.kind === 'vector') return { kind: 'vector', numbers: value.numbers.map(negated) }
  if (value.kind === 'init' && scope.initial === undefined)
    return { kind: 'init', init: { kind: 'negate', value: value.init } }
  return numberPointwise(scope, 'neg', [asTensor(scope, value, span)], span, '-')
}

const negated = (n: StaticNumber): StaticNumber =>
  n.kind === 'number' ? { kind: 'number', value: -n.value } : { kind: 'dim', dim: D.multiply(D.constant(-1), n.dim) }

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

/**
 * Combines static numbers of which one is known only where the unit is used: gives a polynomial of symbols if possible, otherwise
 * throws Waits. Undefined for other operators, or if both are known or one is not a static number.
 */
function inSymbols(
  scope: Scope,
  { op, span }: Expr & { kind: 'binary' },
  left: Entity,
  right: Entity,
): Entity | undefined {
  const { alone } = scope.session
  if (alone === undefined || !isStatic(left) || !isStatic(right)) return undefined
  const [a, b] = [staticValue(left), staticValue(right)]
  if (a !== undefined && b !== undefined) return undefined
  const [x, y] = [polynomial(left), polynomial(right)]
  switch (op) {
    case '+':
      return { kind: 'dim', dim: D.add(x, y) }
    case '-':
      return { kind: 'dim', dim: D.subtract(x, y) }
    case '*':
      return { kind: 'dim', dim: D.multiply(x, y) }
    case '/':
    case '%':
    case '^':
      if (op === '/' && b !== undefined && b !== 0) return { kind: 'dim', dim: D.multiply(x, D.constant(1 / b)) }
      alone.waitsFor.add(sourceText(scope, span))
      throw new Waits()
    default:
      return undefined
  }
}

const polynomial = (e: Entity): D.Dim => (e.kind === 'dim' ? e.dim : D.constant(e.kind === 'number' ? e.value : 0))

/** Wraps a computed number. Throws RNN122 if finite operands give an infinity or NaN: only `inf` gives infinities. */
function computed(value: number, of: readonly number[], span: Span): Entity {
  const what = Number.isNaN(value) ? 'no number' : Number.isFinite(value) ? undefined : 'infinite'
  if (what !== undefined && of.every(Number.isFinite))
    fail('RNN122', { number: 'the result', what }, { span, help: `it is computed from ${of.join(' and ')}` })
  return { kind: 'number', value }
}

/** Wraps a computed whole number. Throws RNN122 beyond 2^53 - 1, where not every whole number can be held. */
function staticDim(dim: D.Dim, span: Span): Entity {
  const astray = dim.terms.find(t => !Number.isSafeInteger(t.coefficient))
  if (astray === undefined) return { kind: 'dim', dim }
  const what = 'too large for an exact whole number (the largest is 9007199254740991)'
  return fail('RNN122', { number: `\`${astray.coefficient}\``, what }, { span, help: 'write it with a decimal point' })
}

/**
 * Applies `operate` to the elements of two static vectors of one length, or of one and a static number. Undefined if there is no
 * such vector, or if a number holds a size that only data tells.
 */
function elementwise(
  left: Entity,
  right: Entity,
  operate: (left: StaticNumber, right: StaticNumber) => Entity,
): StaticVector | undefined {
  const [a, b] = [staticNumbers(left), staticNumbers(right)]
  const vectors = [left, right].filter(e => e.kind === 'vector')
  if (a === undefined || b === undefined || vectors.length === 0) return undefined
  const [{ numbers: first }] = vectors
  if (vectors.some(v => v.numbers.length !== first.length)) return undefined
  if (![...a, ...b].every(n => staticValue(n) !== undefined)) return undefined
  const numbers = first.flatMap((_, i) => staticNumbers(operate(a[i] ?? a[0], b[i] ?? b[0])) ?? [])
  return numbers.length === first.length ? { kind: 'vector', numbers } : undefined
}

/** Throws RNN230 for a division by a static number that is 0. */
function divisionByZero(scope: Scope, { span }: Expr): never {
  const what = `the divisor \`${sourceText(scope, span)}\``
  return fail('RNN230', { what, expected: 'a number other than 0', found: '0' }, { span })
}

/** Converts both to tensors; a static number becomes a real beside a real, and otherwise keeps its own type. */
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
  const operands = mixed ? given.map(t => toReal(scope, t)) : [...given]
  commonItem(operands, expr.span, op)
  const result = pointwise(scope, name, swap ? operands.reverse() : operands, expr.span, op)
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

const staticNumbers = (e: Entity): readonly StaticNumber[] | undefined =>
  e.kind === 'vector' ? e.numbers : e.kind === 'number' || e.kind === 'dim' ? [e] : undefined

/** Evaluates `[a, b, …]`; the result is static if all its parts are. */
export function joined(scope: Scope, items: readonly Expr[], span: Span): Entity {
  const parts = each(items, item => evaluate(scope, item))
  if (parts.length === 0)
    fail('RNN208', { callee: '`[…]`', expected: 'at least one value', found: 'none was' }, { span })
  const numbers = parts.map(staticNumbers)
  if (numbers.every(n => n !== undefined)) return { kind: 'vector', numbers: numbers.flat() }
  const values = each([...parts.entries()], ([i, part]) => asTensor(scope, part, items[i].span))
  return join(scope, values, span)
}

// Computes with static numbers and lists of them, so that the result stays static.
import type { Expr, Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import * as D from '../../ir/dim.ts'
import { Waits } from '../values/collectProblems.ts'
import { type Entity, type StaticNumber, type StaticVector, staticValue } from '../values/entity.ts'
import type { Scope } from '../values/scope.ts'
import { sourceText } from '../values/wording.ts'

/** Tells whether an entity is one static number. */
export const isStatic = (e: Entity): boolean => e.kind === 'number' || e.kind === 'dim'

/** Gives the numbers of a list, or a number as the only one; undefined for other entities. */
export const staticNumbers = (e: Entity): readonly StaticNumber[] | undefined =>
  e.kind === 'vector' ? e.numbers : e.kind === 'number' || e.kind === 'dim' ? [e] : undefined

/** Gives the number with the opposite sign. */
export const negated = (n: StaticNumber): StaticNumber =>
  n.kind === 'number' ? { kind: 'number', value: -n.value } : { kind: 'dim', dim: D.multiply(D.constant(-1), n.dim) }

/** Wraps a computed number. Throws RNN122 if finite operands give an infinity or NaN: only `inf` gives infinities. */
export function computed(value: number, of: readonly number[], span: Span): Entity {
  const what = Number.isNaN(value) ? 'no number' : Number.isFinite(value) ? undefined : 'infinite'
  if (what !== undefined && of.every(Number.isFinite))
    fail('RNN122', { number: 'the result', what }, { span, help: `it is computed from ${of.join(' and ')}` })
  return { kind: 'number', value }
}

/** Wraps a computed whole number. Throws RNN122 beyond 2^53 - 1, where not every whole number can be held. */
export function staticDim(dim: D.Dim, span: Span): Entity {
  const astray = dim.terms.find(t => !Number.isSafeInteger(t.coefficient))
  if (astray === undefined) return { kind: 'dim', dim }
  const what = 'too large for an exact whole number (the largest is 9007199254740991)'
  return fail('RNN122', { number: `\`${astray.coefficient}\``, what }, { span, help: 'write it with a decimal point' })
}

/**
 * Combines static numbers of which one is known only where the unit is used: gives a polynomial of symbols if possible, otherwise
 * throws Waits. Undefined for other operators, or if both are known or one is not a static number.
 */
export function inSymbols(
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

/**
 * Applies `operate` to the elements of two static vectors of one length, or of one and a static number. Undefined if there is no
 * such vector, or if a number holds a size that only data tells.
 */
export function elementwise(
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

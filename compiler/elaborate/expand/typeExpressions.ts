// Resolves type expressions: looks up their dims and axes in the scope.
import type { AxisExpr, Expr, Span, TypeExpr } from '../../../dsl/ast.ts'
import { allExprs } from '../../../dsl/children.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { suggest } from '../../../dsl/suggest.ts'
import * as D from '../../ir/dim.ts'
import type { DType } from '../../ir/graph.ts'
import { asDim } from '../tensors/convert.ts'
import { Waits } from '../values/collectProblems.ts'
import type { ItemBinding } from '../values/entity.ts'
import type { Scope } from '../values/scope.ts'
import type { Axis, Coding } from '../values/tensor.ts'
import { evaluate } from './evaluate.ts'

export interface ResolvedType extends ItemBinding {
  readonly dtype: DType
  readonly axes: readonly Axis[]
  readonly coding?: Coding
}

export interface Resolver {
  /** Resolves a dim; `least` is the smallest value allowed, if the dim is known; 1 if left out. */
  readonly dim: (expr: Expr, least?: number) => D.Dim
  readonly axis: (axis: AxisExpr) => Axis
  readonly item: (name: string, span: Span) => ItemBinding
}

/** Resolves a type: its item, then its axes. */
export function resolveType(type: TypeExpr, resolver: Resolver): ResolvedType {
  return { ...resolveItem(type, resolver), axes: type.axes.map(resolver.axis) }
}

/** Resolves the item of a type. */
export function resolveItem({ item }: TypeExpr, resolver: Resolver): ItemBinding {
  switch (item.kind) {
    case 'tensor':
      return { dtype: 'real', item: item.dims.map(d => resolver.dim(d)) }
    case 'coded':
      return { dtype: 'int', item: [], coding: { kind: item.coding, size: resolver.dim(item.size, 0) } }
    case 'named': {
      const name = item.name.text
      if (name === 'real' || name === 'int' || name === 'bool') return { dtype: name, item: [] }
      return resolver.item(name, item.span)
    }
  }
}

/**
 * Resolves a dim whose names must all be known. Throws RNN206 for an axis in a param, RNN220 for a name that nothing binds, and
 * RNN207 below `least`, as a dim of 0 leaves no elements.
 */
export function knownDim(scope: Scope, expr: Expr, what: string, param?: string, least = 1): D.Dim {
  for (const name of namesIn(expr)) {
    if (scope.names.has(name.name)) continue
    if (scope.axes.has(name.name) && param !== undefined)
      fail('RNN206', { param, axis: name.name }, { span: name.span })
    fail('RNN220', { dim: name.name }, { span: name.span })
  }
  const called = expr.kind === 'name' ? `\`${expr.name}\`` : what
  const dim = asDim(evaluate(scope, expr), called, expr.span)
  const value = D.asNumber(dim)
  if (value !== undefined && value < least) {
    const expected = `a whole number of at least ${least}`
    fail('RNN207', { what: called, expected, found: String(value) }, { span: expr.span })
  }
  return expr.kind === 'name' ? D.labelled(D.unlabelled(dim), D.symbol(expr.name)) : dim
}

/** Finds an axis in scope by its name; throws RNN106 if there is none. */
export function knownAxis(scope: Scope, name: string, span: Span): Axis {
  const axis = scope.axes.get(name)
  if (axis !== undefined) return axis
  if (scope.session.alone?.seesAxes === false) throw new Waits()
  const near = suggest(name, [...scope.axes.keys()])
  return fail(
    'RNN106',
    { name },
    { span, help: near === undefined ? 'no axis has this name here' : `did you mean \`${near}\`?` },
  )
}

/** Lists the names in a dim, which is made of numbers and names by `+ - *`. */
export const namesIn = (expr: Expr): (Expr & { kind: 'name' })[] =>
  [...allExprs(expr, isArithmetic)].flatMap(e => (e.kind === 'name' ? [e] : []))

const isArithmetic = ({ kind }: Expr): boolean => kind === 'unary' || kind === 'binary'

/** Makes a resolver for declarations whose names must all be known. */
export const knownResolver = (scope: Scope, what: string, param?: string): Resolver => ({
  dim: (expr, least) => knownDim(scope, expr, what, param, least),
  axis: axis => knownAxis(scope, axis.name.text, axis.span),
  item: (name, span) => scope.instance?.items.get(name) ?? fail('RNN106', { name }, { span }),
})

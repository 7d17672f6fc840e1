// Indexing: what `x[…]` takes from an item.
import type { Expr, Slice, Span } from '../../dsl/ast.ts'
import { diagnostic, fail } from '../../dsl/diagnostics.ts'
import { reshape } from '../ir/builder.ts'
import * as D from '../ir/dim.ts'
import { asDim, asTensor } from './convert.ts'
import { independentOf } from './distributions.ts'
import { checkAxes, commonOrder, expand, joinAxes, tensor } from './emit.ts'
import type { Entity } from './entity.ts'
import type { Scope } from './scope.ts'
import { formatDims, formatItem, joinFacts, type Tensor } from './tensor.ts'
import { sourceText } from './text.ts'
/** `x[…]` of whatever x is: of a static vector at static places it is static too. */
export function taken(scope: Scope, of: Entity, slices: readonly Slice[], expr: Expr & { kind: 'index' }): Entity {
  const [only] = slices
  if (of.kind === 'vector' && slices.length === 1) {
    const place = (e: Expr): number | undefined => D.asNumber(placeAt(scope, e))
    if (only.kind === 'range') {
      const [start, stop] = [only.start && place(only.start), only.stop && place(only.stop)]
      const numbers = of.numbers.slice(start ?? 0, stop ?? of.numbers.length)
      const length = (stop ?? of.numbers.length) - (start ?? 0)
      if (numbers.length === length && length > 0) return { kind: 'vector', numbers }
    }
    if (only.kind === 'at' && isStatic(scope.session.evaluate(scope, only.index))) {
      const found = of.numbers[place(only.index) ?? -1]
      if (found !== undefined) return found
    }
  }
  return indexed(scope, asTensor(scope, of, expr.value.span), slices, expr.span)
}

const isStatic = (e: Entity): boolean => e.kind === 'dim' || e.kind === 'number'

const placeAt = (scope: Scope, e: Expr): D.Dim => asDim(scope.session.evaluate(scope, e), 'a place', e.span)

/** `x[…]`: places of the item, which are static, or the row that an int value names. */
function indexed(scope: Scope, given: Tensor, slices: readonly Slice[], span: Span): Tensor {
  const [only] = slices
  if (slices.length === 1 && only.kind === 'at') {
    const at = scope.session.evaluate(scope, only.index)
    if (at.kind === 'tensor' || at.kind === 'result') return rowAt(scope, given, asTensor(scope, at, only.span), span)
  }
  if (slices.length > given.item.length)
    fail('RNN217', { index: sourceText(scope, span), shape: formatItem(given) }, { span })
  let t = given
  const kept: D.Dim[] = []
  slices.forEach((slice, d) => {
    const axis = d - given.item.length
    const size = given.item[d]
    const { start, length, keep } = range(scope, slice, size, given)
    const value = scope.builder.emit('slice', [t.value], { axis, start, size: length })
    t = { ...t, value }
    if (keep) kept.push(length)
  })
  const item = [...kept, ...given.item.slice(slices.length)]
  const shape = [...t.axes.map(a => a.size), ...item].map(D.unlabelled)
  return { ...t, item, value: reshape(scope.builder, t.value, shape), coding: undefined, name: '' }
}

function range(scope: Scope, slice: Slice, size: D.Dim, t: Tensor): { start: D.Dim; length: D.Dim; keep: boolean } {
  const place = (e: Expr): D.Dim => placeAt(scope, e)
  const inside = (d: D.Dim, least: number, span: Span): void => {
    const [at, n] = [D.asNumber(d), D.asNumber(size)]
    if (at !== undefined && (at < 0 || (n !== undefined && at + least > n))) {
      fail('RNN217', { index: D.formatLabel(d), shape: formatDims(t.item) }, { span })
    }
  }
  if (slice.kind === 'at') {
    const start = place(slice.index)
    inside(start, 1, slice.span)
    return { start: D.unlabelled(start), length: D.constant(1), keep: false }
  }
  const start = slice.start === undefined ? D.constant(0) : place(slice.start)
  const stop = slice.stop === undefined ? size : place(slice.stop)
  inside(start, 0, slice.span)
  inside(stop, 0, slice.span)
  const length = D.subtract(stop, start)
  const known = D.asNumber(length)
  if (known !== undefined && known < 0)
    fail(
      'RNN217',
      { index: `${D.formatLabel(start)}:${D.formatLabel(stop)}`, shape: formatDims(t.item) },
      { span: slice.span },
    )
  return { start: D.unlabelled(start), length: D.unlabelled(length), keep: true }
}

/** RNN345 where the probability of a target is one of several that do not exclude each other, as in a cross-entropy of sigmoids. */
function warnOfIndependent(scope: Scope, p: Tensor, index: Tensor, span: Span): void {
  const [target] = [...index.facts.targets, ...index.facts.delayed]
  if (p.asked !== p.value || p.item.length !== 1 || index.coding === undefined || target === undefined) return
  const source = independentOf(scope, p.value)
  if (source === undefined) return
  const size = formatItem({ dtype: 'real', item: p.item.map(D.unlabelled) })
  const callee = scope.call?.callee ?? 'this'
  const place = scope.call?.span ?? span
  scope.session.warnings.push(diagnostic('RNN345', { callee, size, source, target }, { span: place }))
}

/** `E[i]`: row i, for each i. */
function rowAt(scope: Scope, table: Tensor, index: Tensor, span: Span): Tensor {
  if (index.dtype !== 'int' || index.item.length > 0)
    fail('RNN216', { what: 'a place', expected: 'an int', found: formatItem(index) }, { span })
  if (table.item.length === 0) fail('RNN217', { index: index.name || 'this', shape: formatItem(table) }, { span })
  const [rows, places] = [table.item[0], index.coding?.size].map(d => d && D.asNumber(d))
  if (rows !== undefined && places !== undefined && places > rows)
    fail('RNN217', { index: `${index.name || 'this'}: ${formatItem(index)}`, shape: formatItem(table) }, { span })
  warnOfIndependent(scope, table, index, span)
  const item = table.item.slice(1)
  if (table.axes.length === 0) {
    const value = scope.builder.emit('gather', [table.value, index.value])
    return tensor(value, index.axes, item, { reversed: index.reversed, facts: joinFacts([table, index]), name: '' })
  }
  checkAxes(scope, [table, index], span)
  const [t, i] = commonOrder(scope, [table, index])
  const axes = joinAxes([t, i])
  const value = scope.builder.emit('pick', [expand(scope, t, axes, t.item), expand(scope, i, axes, [])], {
    axis: -t.item.length,
    tail: item.length,
  })
  return tensor(value, axes, item, {
    reversed: [...new Set([...t.reversed, ...i.reversed])],
    facts: joinFacts([t, i]),
    name: '',
  })
}

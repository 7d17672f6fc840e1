// Indexing: evaluates `x[…]`, which takes elements, slices or rows of an item.
import type { Expr, Slice, Span } from '../../../dsl/ast.ts'
import { diagnostic, fail } from '../../../dsl/diagnostics.ts'
import * as D from '../../ir/dim.ts'
import { checkAxes } from '../tensors/checkAxes.ts'
import { asDim, asTensor } from '../tensors/convert.ts'
import { independentOf } from '../tensors/distributions.ts'
import { matchLabels } from '../tensors/labels.ts'
import { expand, joinAxes, tensor, withItem } from '../tensors/layout.ts'
import { commonOrder, joinReversed } from '../tensors/order.ts'
import { visibleAxes } from '../tensors/visibleAxes.ts'
import { each } from '../values/collectProblems.ts'
import type { Entity, StaticNumber, StaticVector } from '../values/entity.ts'
import { joinFacts } from '../values/facts.ts'
import { formatDims, formatItem } from '../values/formatType.ts'
import type { Scope } from '../values/scope.ts'
import type { Tensor } from '../values/tensor.ts'
import { sourceText } from '../values/wording.ts'
import { evaluate } from './evaluate.ts'

/** A slice with its evaluated places, so that each is evaluated only once, whichever kind of indexing follows. */
type Place =
  | { readonly kind: 'at'; readonly slice: Slice & { kind: 'at' }; readonly at: Entity }
  | { readonly kind: 'range'; readonly slice: Slice & { kind: 'range' }; readonly start?: D.Dim; readonly stop?: D.Dim }

/** Evaluates `x[…]` for any entity x; a static vector at static places gives a static result. */
export function taken(scope: Scope, of: Entity, slices: readonly Slice[], expr: Expr & { kind: 'index' }): Entity {
  const places = each(slices, slice => placeOf(scope, slice))
  return (
    (of.kind === 'vector' && places.length === 1 ? fromVector(of, places[0]) : undefined) ??
    indexed(scope, asTensor(scope, of, expr.value.span), places, expr.span)
  )
}

function placeOf(scope: Scope, slice: Slice): Place {
  if (slice.kind === 'at') return { kind: 'at', slice, at: evaluate(scope, slice.index) }
  const dim = (e: Expr | undefined): D.Dim | undefined => e && placeDim(evaluate(scope, e), e.span)
  const [start, stop] = each([slice.start, slice.stop], dim)
  return { kind: 'range', slice, ...(start && { start }), ...(stop && { stop }) }
}

const placeDim = (e: Entity, span: Span): D.Dim => asDim(e, 'a place', span)

/** Indexes a static vector; undefined if a place is unknown or out of range. */
function fromVector({ numbers }: StaticVector, place: Place): StaticNumber | StaticVector | undefined {
  if (place.kind === 'at') {
    const isStatic = place.at.kind === 'dim' || place.at.kind === 'number'
    const at = isStatic ? D.asNumber(placeDim(place.at, place.slice.index.span)) : undefined
    return at === undefined ? undefined : numbers[at]
  }
  const { start = D.constant(0), stop = D.constant(numbers.length) } = place
  const [from, to] = [D.asNumber(start), D.asNumber(stop)]
  if (from === undefined || to === undefined || from < 0 || from >= to || to > numbers.length) return undefined
  return { kind: 'vector', numbers: numbers.slice(from, to) }
}

/** Indexes a tensor: at static places of the item, or at the row that an int value names. */
function indexed(scope: Scope, given: Tensor, places: readonly Place[], span: Span): Tensor {
  const [only] = places
  if (places.length === 1 && only.kind === 'at') {
    const { at, slice } = only
    if (at.kind === 'tensor' || at.kind === 'result') return rowAt(scope, given, asTensor(scope, at, slice.span), span)
  }
  if (places.length > given.item.length) {
    const help = elementOver(scope, given)
    fail('RNN217', { index: sourceText(scope, span), shape: formatItem(given) }, { span, ...(help && { help }) })
  }
  let t = given
  const kept: D.Dim[] = []
  places.forEach((place, d) => {
    const axis = d - given.item.length
    const { start, length, keep } = range(place, given.item[d], given)
    const value = scope.builder.emit('slice', [t.value], { axis, start, size: length })
    t = { ...t, value }
    if (keep) kept.push(length)
  })
  const item = [...kept, ...given.item.slice(places.length)]
  return { ...withItem(scope, t, item), coding: undefined, name: '' }
}

/** Advice for who wants an element of an axis by its number. */
function elementOver(scope: Scope, t: Tensor): string | undefined {
  const axis = visibleAxes(scope, t).find(a => !a.batch)
  const name = t.name || 'x'
  return (
    axis &&
    `over ${axis.name}, the ends are \`first(${name})\` and \`last(${name})\`, the element before is \`delay(${name})\``
  )
}

function range(place: Place, size: D.Dim, t: Tensor): { start: D.Dim; length: D.Dim; keep: boolean } {
  const { span } = place.slice
  const inside = (d: D.Dim, least: number): void => {
    const [at, n] = [D.asNumber(d), D.asNumber(size)]
    if (at !== undefined && (at < 0 || (n !== undefined && at + least > n))) {
      const last = n === undefined || at >= 0 ? undefined : `places count from 0: the last of ${n} is ${n - 1}`
      const details = { index: D.formatLabel(d), shape: formatDims(t.item) }
      fail('RNN217', details, { span, ...(last && { help: last }) })
    }
  }
  if (place.kind === 'at') {
    const start = placeDim(place.at, place.slice.index.span)
    inside(start, 1)
    return { start: D.unlabelled(start), length: D.constant(1), keep: false }
  }
  const { start = D.constant(0), stop = size } = place
  inside(start, 0)
  inside(stop, 0)
  const length = D.subtract(stop, start)
  const known = D.asNumber(length)
  if (known !== undefined && known < 0)
    fail('RNN217', { index: `${D.formatLabel(start)}:${D.formatLabel(stop)}`, shape: formatDims(t.item) }, { span })
  return { start: D.unlabelled(start), length: D.unlabelled(length), keep: true }
}

/** Warns (RNN345) if a target's probability is one of several that do not exclude each other, as in a cross-entropy of sigmoids. */
function warnOfIndependent(scope: Scope, p: Tensor, index: Tensor, span: Span): void {
  const { targets, delayed } = index.facts
  if (p.asked !== p.value || p.item.length !== 1 || index.coding === undefined) return
  if (targets.size + delayed.size === 0) return
  const source = independentOf(scope, p.value)
  if (source === undefined) return
  const size = formatItem({ dtype: 'real', item: p.item.map(D.unlabelled) })
  const callee = scope.call?.callee ?? 'this'
  const place = scope.call?.span ?? span
  scope.session.warnings.push(diagnostic('RNN345', { callee, size, source }, { span: place }))
}

/** Evaluates `E[i]`: row i of E, for each i. */
function rowAt(scope: Scope, table: Tensor, index: Tensor, span: Span): Tensor {
  if (index.dtype !== 'int' || index.item.length > 0)
    fail('RNN216', { what: 'a place', expected: 'an int', found: formatItem(index) }, { span })
  if (table.item.length === 0) fail('RNN217', { index: index.name || 'this', shape: formatItem(table) }, { span })
  if (table.choice !== undefined) {
    const choice = { ...table.choice, labels: table.item[0] }
    matchLabels(scope, index, choice, span)
  }
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
    reversed: joinReversed([t, i]),
    facts: joinFacts([t, i]),
    name: '',
  })
}

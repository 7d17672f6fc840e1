// Indexing: what `x[…]` takes from an item.
import type { Expr, Slice, Span } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { reshape } from '../ir/builder.ts'
import * as D from '../ir/dim.ts'
import { asDim, asTensor } from './convert.ts'
import { checkAxes, commonOrder, expand, joinAxes, tensor } from './emit.ts'
import { boundBy, checkLabels } from './labels.ts'
import type { Scope } from './scope.ts'
import { formatDims, formatItem, joinFacts, type Tensor } from './tensor.ts'
import { sourceText } from './text.ts'
/** `x[…]`: places of the item, which are static, or the row that an int value names. */
export function indexed(scope: Scope, given: Tensor, slices: readonly Slice[], span: Span): Tensor {
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
  const place = (e: Expr): D.Dim => asDim(scope.session.evaluate(scope, e), 'a place', e.span)
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

/** `E[i]`: row i, for each i. */
function rowAt(scope: Scope, table: Tensor, index: Tensor, span: Span): Tensor {
  if (index.dtype !== 'int' || index.item.length > 0)
    fail('RNN216', { what: 'a place', expected: 'an int', found: formatItem(index) }, { span })
  if (table.item.length === 0) fail('RNN217', { index: index.name || 'this', shape: formatItem(table) }, { span })
  if (table.choice !== undefined) {
    const choice = { ...table.choice, labels: table.item[0] }
    checkLabels(scope, index, choice, span)
    boundBy(scope, index, choice)
  }
  const [rows, places] = [table.item[0], index.coding?.size].map(d => d && D.asNumber(d))
  if (rows !== undefined && places !== undefined && places > rows)
    fail('RNN217', { index: `${index.name || 'this'}: ${formatItem(index)}`, shape: formatItem(table) }, { span })
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

// Lays items and axes out as the dimensions of graph values.
import { broadcast, reshape } from '../../ir/builder.ts'
import * as D from '../../ir/dim.ts'
import type { Value } from '../../ir/graph.ts'
import { noFacts } from '../values/facts.ts'
import { formatAxes } from '../values/formatType.ts'
import type { Scope } from '../values/scope.ts'
import type { Axis, Tensor } from '../values/tensor.ts'

/** Makes a tensor from a graph value. */
export function tensor(
  value: Value,
  axes: readonly Axis[],
  item: readonly D.Dim[],
  rest: Partial<Tensor> = {},
): Tensor {
  return {
    kind: 'tensor',
    value,
    dtype: value.dtype,
    item,
    axes,
    reversed: [],
    facts: noFacts,
    name: value.hint,
    ...rest,
  }
}

/** Gives the shape of the graph value that holds an item over axes. */
export const shapeOf = (axes: readonly Axis[], item: readonly D.Dim[]): D.Dim[] =>
  [...axes.map(a => a.size), ...item].map(D.unlabelled)

/** Gives the dimension of an axis, counted from the end of the graph value, so negative. */
export const placeOf = (t: Tensor, axis: Axis): number => t.axes.indexOf(axis) - t.axes.length - t.item.length

/** Lists the axes of several tensors in one order: first those of the tensor with most axes, the batch last. */
export function joinAxes(tensors: readonly { axes: readonly Axis[] }[]): Axis[] {
  const bySize = [...tensors].sort((a, b) => b.axes.length - a.axes.length)
  const all = [...new Set(bySize.flatMap(t => t.axes))]
  return [...all.filter(a => !a.batch), ...all.filter(a => a.batch)]
}

/** Lays the graph value of a tensor out over `axes` and `item` (its own item, or a scalar stretched to it). */
export function expand(scope: Scope, t: Tensor, axes: readonly Axis[], item: readonly D.Dim[]): Value {
  const b = scope.builder
  const own = axes.filter(a => t.axes.includes(a))
  if (own.length !== t.axes.length) throw new Error(`cannot lay ${t.name} out over ${formatAxes(axes)}`)
  const rank = own.length + t.item.length
  const order = [...own.map(a => t.axes.indexOf(a)), ...t.item.map((_, i) => own.length + i)].map(i => i - rank)
  const sorted = order.every((o, i) => o === i - rank) ? t.value : b.emit('transpose', [t.value], { order })
  const stretched = t.item.length === 0 ? item : []
  const width = axes.length + item.length
  const missing = [
    ...axes.flatMap((a, i) => (t.axes.includes(a) ? [] : [{ at: i - width, size: a.size }])),
    ...stretched.map((size, i) => ({ at: axes.length + i - width, size })),
  ]
  return broadcast(
    b,
    sorted,
    missing.map(m => m.at),
    missing.map(m => D.unlabelled(m.size)),
  )
}

/** Reshapes the item of a tensor, with the same elements. */
export function withItem(scope: Scope, t: Tensor, item: readonly D.Dim[]): Tensor {
  return { ...t, item, value: reshape(scope.builder, t.value, shapeOf(t.axes, item)) }
}

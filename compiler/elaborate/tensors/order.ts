// Carries out pending reversals, so that the operands of an operation have the same order along each axis.
import type { Scope } from '../values/scope.ts'
import type { Axis, Tensor } from '../values/tensor.ts'
import { expand, joinAxes, placeOf } from './layout.ts'
import { lengthOf } from './lengths.ts'

/** Carries out every pending `reverse` of these axes. */
export function inOrder(scope: Scope, t: Tensor, axes: readonly Axis[] = t.reversed): Tensor {
  return axes.reduce((x, axis) => (x.reversed.includes(axis) ? turnRound(scope, x, axis) : x), t)
}

function turnRound(scope: Scope, given: Tensor, axis: Axis): Tensor {
  // A value of weights alone has no batch axis, but the lengths of its axis may differ from example to example.
  const [t, length] = commonOrder(scope, [given, lengthOf(scope, axis)])
  const axes = joinAxes([t, length])
  const rest = axes.filter(a => a !== axis)
  const x = { ...t, axes, value: expand(scope, t, axes, t.item) }
  const attrs = { axis: placeOf(x, axis), tail: t.item.length }
  const value = scope.builder.emit('reverse', [x.value, expand(scope, length, rest, [])], attrs)
  return { ...x, value, reversed: t.reversed.filter(a => a !== axis) }
}

/** Lists the axes along which any of several tensors in a common order is reversed. */
export const joinReversed = (ordered: readonly Tensor[]): readonly Axis[] => [
  ...new Set(ordered.flatMap(t => t.reversed)),
]

/** Brings tensors to one order along each axis that several share: it stays reversed only if it is so in all that have it. */
export function commonOrder(scope: Scope, tensors: readonly Tensor[]): readonly Tensor[] {
  const mixed = tensors.flatMap(t =>
    t.reversed.filter(a => tensors.some(u => u.axes.includes(a) && !u.reversed.includes(a))),
  )
  // Checks again, as carrying out one `reverse` may put another axis in order.
  return mixed.length === 0
    ? tensors
    : commonOrder(
        scope,
        tensors.map(t => inOrder(scope, t, mixed)),
      )
}

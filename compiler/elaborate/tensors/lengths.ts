// Gives the lengths of axes, the places of their elements and the last of these, in a stream too.
import { fill, reshape, scalar } from '../../ir/builder.ts'
import * as D from '../../ir/dim.ts'
import { homeOf, type Scope } from '../values/scope.ts'
import type { Axis, Tensor } from '../values/tensor.ts'
import { dimTensor } from './constants.ts'
import { placeOf, shapeOf, tensor } from './layout.ts'

/** Gives the number of valid elements of an axis: an int, for each example if the axis is ragged; of a stream, the elements so far. */
export function lengthOf(scope: Scope, axis: Axis): Tensor {
  const places = scope.session.stream?.places.get(axis)
  if (places === undefined) return axis.lengths ?? dimTensor(scope, axis.size, 'int')
  const b = homeOf(scope, places.value)
  const last = lastOf({ ...scope, builder: b }, places, axis)
  const after = b.emit('add', [last.value, fill(b, scalar(b, 1, 'int'), last.value.shape)])
  const none = fill(b, scalar(b, 0, 'int'), last.value.shape)
  return { ...last, value: axis.dropped === undefined ? after : b.emit('max', [after, none]) }
}

/** Tells whether an axis is that of a stream, or a shortened form of it. */
export const isStreamed = (scope: Scope, axis: Axis): boolean => scope.session.stream?.places.has(axis) ?? false

/** Gives the place of each element of an axis in its sequence, from 0: an int, over the batch too in a stream. */
export const placesOf = (scope: Scope, axis: Axis): Tensor =>
  scope.session.stream?.places.get(axis) ??
  tensor(scope.builder.emit('iota', [], { size: D.unlabelled(axis.size) }), [axis], [])

/** Takes the last of all elements of an axis that has at least one, padding or not. */
export function lastOf(scope: Scope, t: Tensor, axis: Axis): Tensor {
  const attrs = {
    axis: placeOf(t, axis),
    start: D.subtract(D.unlabelled(axis.size), D.constant(1)),
    size: D.constant(1),
  }
  const axes = t.axes.filter(a => a !== axis)
  const value = reshape(scope.builder, scope.builder.emit('slice', [t.value], attrs), shapeOf(axes, t.item))
  return { ...t, axes, value }
}

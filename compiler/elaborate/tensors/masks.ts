// Masks the elements that lie outside the lengths of their axes.
import { fill, scalar } from '../../ir/builder.ts'
import { homeOf, type Scope } from '../values/scope.ts'
import type { Axis, Tensor } from '../values/tensor.ts'
import { expand, joinAxes, tensor } from './layout.ts'
import { commonOrder } from './order.ts'

/** Gives the mask of the valid elements of an axis; undefined if all are valid. */
export function maskOf(scope: Scope, axis: Axis): Tensor | undefined {
  const { lengths } = axis
  const places = scope.session.stream?.places.get(axis)
  const make =
    lengths !== undefined
      ? () => within(scope, axis, lengths)
      : places !== undefined && axis.dropped !== undefined
        ? () => begun(scope, places)
        : undefined
  if (make === undefined) return undefined
  const mask = scope.session.masks.get(axis) ?? make()
  scope.session.masks.set(axis, mask)
  return mask
}

/** Tells where a shortened axis of a stream has begun: its places are not negative there. */
function begun(scope: Scope, places: Tensor): Tensor {
  const b = homeOf(scope, places.value)
  const zero = fill(b, scalar(b, 0, 'int'), places.value.shape)
  return {
    ...places,
    dtype: 'bool',
    value: b.emit('le', [zero, places.value], {}, { hint: 'begun', masksPadding: true }),
  }
}

/** Tells which elements of an axis are within its lengths. */
function within(scope: Scope, axis: Axis, lengths: Tensor): Tensor {
  const b = homeOf(scope, lengths.value)
  const home = { ...scope, builder: b }
  const axes = [axis, ...lengths.axes]
  const positions = tensor(b.emit('iota', [], { size: axis.size }, { hint: 'position' }), [axis], [])
  const value = b.emit(
    'lt',
    [expand(home, positions, axes, []), expand(home, lengths, axes, [])],
    {},
    {
      hint: `valid_${axis.name}`,
      masksPadding: true,
    },
  )
  return tensor(value, axes, [], { reversed: lengths.reversed })
}

/** Puts `padding` in place of the elements outside the lengths of `axes`. */
export function masked(scope: Scope, t: Tensor, axes: readonly Axis[], padding: number): Tensor {
  let result = t
  for (const axis of axes) {
    const inner = maskOf(scope, axis)
    if (inner === undefined) continue
    // Uses one mask for both orders: reversed or not, the valid elements of the axis lie in the same places.
    const alike = result.reversed.includes(axis) ? { ...inner, reversed: [...inner.reversed, axis] } : inner
    const [x, mask] = commonOrder(scope, [result, alike])
    const all = joinAxes([x, mask])
    const like = expand(scope, x, all, t.item)
    const test = expand(scope, mask, all, t.item)
    const blank = fill(scope.builder, scalar(scope.builder, padding, t.dtype), like.shape)
    result = { ...x, axes: all, value: scope.builder.emit('where', [test, like, blank]) }
  }
  return result
}

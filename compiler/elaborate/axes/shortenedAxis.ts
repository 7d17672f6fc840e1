// Makes the shortened axis, T-1, that `drop_first` and `drop_last` leave.
import type { Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { fill, scalar } from '../../ir/builder.ts'
import * as D from '../../ir/dim.ts'
import { Waits } from '../values/collectProblems.ts'
import { homeOf, type Scope } from '../values/scope.ts'
import { shortenedName } from '../values/shortenedName.ts'
import type { Axis, Tensor } from '../values/tensor.ts'

/** Shortens an axis by `by` elements; the same axis and total give the same object. Throws RNN413 if its length is an expression. */
export function shorter(scope: Scope, from: Axis, span: Span, by = 1): Axis {
  const { shortened } = scope.session
  const [axis, already] = from.base === undefined || from.dropped === undefined ? [from, 0] : [from.base, from.dropped]
  const known = shortened.get(axis) ?? new Map<number, Axis>()
  shortened.set(axis, known)
  const count = already + by
  const before = known.get(count)
  if (before !== undefined) return before
  const places = scope.session.stream?.places.get(axis)
  // A stream keeps the elements of the whole axis, of which the first are not in the shortened one.
  const size = places === undefined ? D.minusClamped(axis.size, count) : axis.size
  if (size === undefined) {
    if (scope.session.alone !== undefined) throw new Waits()
    const feature = `dropping elements of ${axis.name}[${D.format(axis.size)}], whose length is an expression of free sizes,`
    return fail('RNN413', { feature }, { span, help: 'give the length a name of its own' })
  }
  const { lengths } = axis
  const less = (value: Tensor): Tensor => {
    const home = homeOf(scope, value.value)
    const constant = (n: number) => fill(home, scalar(home, n, 'int'), value.value.shape)
    const difference = home.emit('sub', [value.value, constant(count)])
    return { ...value, value: home.emit('max', [difference, constant(0)]) }
  }
  const result: Axis = {
    name: shortenedName(axis.name, count),
    size,
    batch: false,
    lengths: lengths && less(lengths),
    base: axis,
    dropped: count,
  }
  known.set(count, result)
  if (places !== undefined) scope.session.stream?.places.set(result, laterBy(scope, places, count, result))
  return result
}

/** Counts places from the element at `count` on. */
function laterBy(scope: Scope, places: Tensor, count: number, axis: Axis): Tensor {
  const home = homeOf(scope, places.value)
  const constant = fill(home, scalar(home, count, 'int'), places.value.shape)
  const axes = places.axes.map(a => (a.batch ? a : axis))
  return { ...places, axes, value: home.emit('sub', [places.value, constant]) }
}

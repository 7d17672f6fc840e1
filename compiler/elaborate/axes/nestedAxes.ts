// An axis nested in another has a length for each of its elements: words of different lengths. What goes along the outer axis
// either takes the inner ones with their lengths, or stays at one place of them, which has no meaning.
import type { Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { lengthOf, visibleAxes } from '../tensors/typedOperations.ts'
import { homeOf, type Scope } from '../values/scope.ts'
import { type Axis, type Tensor, withAxes } from '../values/tensor.ts'

/** Each axis after those along which its lengths differ. */
export const byDepth = (axes: readonly Axis[]): Axis[] =>
  axes.toSorted((a, b) => (a.lengths?.axes.length ?? 0) - (b.lengths?.axes.length ?? 0))

/** The axes whose lengths differ along `outer`, outermost first. */
export const nestedIn = (axes: readonly Axis[], outer: Axis): Axis[] =>
  byDepth(axes.filter(a => a.lengths?.axes.includes(outer)))

/** RNN228 where `what` would go along `outer` at one place of an axis nested in it. */
export function checkPlaces(axes: readonly Axis[], outer: Axis, what: string, span: Span, caret?: string): void {
  const [inner] = nestedIn(axes, outer)
  if (inner !== undefined)
    fail('RNN228', { what, outer: outer.name, inner: inner.name }, { span, ...(caret && { caret }) })
}

/** Axes in the place of nested ones: `make` is told each, outermost first, and those made before, over which its lengths are. */
export function replaceNested(
  nested: readonly Axis[],
  make: (axis: Axis, before: ReadonlyMap<Axis, Axis>) => Axis,
): Map<Axis, Axis> {
  const made = new Map<Axis, Axis>()
  for (const axis of nested) made.set(axis, make(axis, made))
  return made
}

/**
 * The value over the axes that its nested ones become where an operation moves whole elements of `outer`: `move` does to their
 * lengths what is done to the elements. RNN228 where a nested axis is mapped over, which goes along `outer` at one of its places.
 */
export function carryNested(
  scope: Scope,
  t: Tensor,
  outer: Axis,
  operation: string,
  span: Span,
  move: (scope: Scope, lengths: Tensor) => Tensor,
): Tensor {
  const nested = nestedIn(t.axes, outer)
  const visible = visibleAxes(scope, t)
  const hidden = nested.filter(a => !visible.includes(a))
  checkPlaces(hidden, outer, `\`${operation}\` goes on`, span)
  const { carried } = scope.session
  const remember = (axis: Axis, made: Axis): void => {
    carried.set(axis, [...(carried.get(axis) ?? []), { outer, operation, made }])
  }
  const others = replaceNested(nested, (axis, before) => {
    const known = carried.get(axis)?.find(c => c.outer === outer && c.operation === operation)
    if (known !== undefined) return known.made
    const lengths = withAxes(lengthOf(scope, axis), before)
    const moved = move({ ...scope, builder: homeOf(scope, lengths.value) }, lengths)
    const name = `${axis.name} of ${operation}(${outer.name})`
    const made: Axis = { name, size: axis.size, batch: false, lengths: moved, base: axis }
    remember(axis, made)
    // Twice reversed is as before.
    if (operation === 'reverse') remember(made, axis)
    return made
  })
  return withAxes(t, others)
}

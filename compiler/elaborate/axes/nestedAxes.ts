// Handles nested axes: an inner axis has one length for each element of the outer one, as words have different lengths.
// An operation along the outer axis moves the inner lengths too; to stay at one inner position meanwhile has no meaning (RNN228).
import type { Span } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { lengthOf } from '../tensors/lengths.ts'
import { visibleAxes } from '../tensors/visibleAxes.ts'
import { homeOf, type Scope } from '../values/scope.ts'
import { type Axis, type Tensor, withAxes } from '../values/tensor.ts'

/** Sorts axes so that each follows those along which its lengths differ. */
export const byDepth = (axes: readonly Axis[]): Axis[] =>
  axes.toSorted((a, b) => (a.lengths?.axes.length ?? 0) - (b.lengths?.axes.length ?? 0))

/** Lists the axes whose lengths differ along `outer`, outermost first. */
export const nestedIn = (axes: readonly Axis[], outer: Axis): Axis[] =>
  byDepth(axes.filter(a => a.lengths?.axes.includes(outer)))

/** Throws RNN228 if an axis is nested in `outer`: the operation named in the message would stay at one position of it. */
export function checkPlaces(axes: readonly Axis[], outer: Axis, what: string, span: Span, caret?: string): void {
  const [inner] = nestedIn(axes, outer)
  if (inner !== undefined)
    fail('RNN228', { what, outer: outer.name, inner: inner.name }, { span, ...(caret && { caret }) })
}

/** Maps nested axes to new ones: `make` gets each, outermost first, and the axes made before, over which its lengths may lie. */
export function replaceNested(
  nested: readonly Axis[],
  make: (axis: Axis, before: ReadonlyMap<Axis, Axis>) => Axis,
): Map<Axis, Axis> {
  const made = new Map<Axis, Axis>()
  for (const axis of nested) made.set(axis, make(axis, made))
  return made
}

/** An operation along an axis, by its name. */
export interface AlongAxis {
  readonly operation: string
  readonly outer: Axis
  readonly span: Span
}

/**
 * Replaces a value's nested axes for an operation that moves whole elements of `outer`: `move` applies that operation to their
 * lengths. Throws RNN228 if a nested axis is mapped over, as the operation would go along `outer` at a single position of it.
 */
export function carryNested(
  scope: Scope,
  t: Tensor,
  { operation, outer, span }: AlongAxis,
  move: (scope: Scope, lengths: Tensor) => Tensor,
): Tensor {
  const nested = nestedIn(t.axes, outer)
  const visible = visibleAxes(scope, t)
  const hidden = nested.filter(a => !visible.includes(a))
  checkPlaces(hidden, outer, `\`${operation}\` moves elements`, span)
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
    // Reversing twice gives back the original axis.
    if (operation === 'reverse') remember(made, axis)
    return made
  })
  return withAxes(t, others)
}

// Axes inside one scan step: an axis nested in the scanned one has a single length there, and becomes itself again outside.
import type { Span } from '../../../dsl/ast.ts'
import type { Builder } from '../../ir/builder.ts'
import { lengthOf } from '../tensors/lengths.ts'
import type { Scope } from '../values/scope.ts'
import { type Axis, type Tensor, withAxes } from '../values/tensor.ts'
import { byDepth, replaceNested } from './nestedAxes.ts'
import { shorter } from './shortenedAxis.ts'

/** Maps each nested axis to its axis inside a step; `slice` gives the step's part of its lengths. */
export const stepAxes = (nested: readonly Axis[], slice: (axis: Axis) => Tensor): Map<Axis, Axis> =>
  replaceNested(nested, (axis, made) => ({
    name: axis.name,
    size: axis.size,
    batch: false,
    lengths: withAxes(slice(axis), made),
    base: axis,
  }))

export interface Leaving {
  /** Lengths computed inside the step, which become further results of it. */
  readonly lengths: readonly Tensor[]
  /** Maps each axis of the step to its axis outside; `stacked` holds the lengths of all steps. */
  readonly outside: (stacked: readonly Tensor[]) => ReadonlyMap<Axis, Axis>
}

/** Finds the outside axes of a step's results: the original ones, equally shortened ones, and new ones for axes that the body made. */
export function leavingAxes(
  scope: Scope,
  body: Builder,
  ofStep: ReadonlyMap<Axis, Axis>,
  results: readonly Tensor[],
  span: Span,
): Leaving {
  const known = new Map([...ofStep].map(([outer, step]) => [step, outer]))
  const within = new Set(results.flatMap(t => t.axes).filter(a => a.lengths && body.owns(a.lengths.value)))
  for (const axis of within) {
    const base = axis.base && known.get(axis.base)
    if (base !== undefined && axis.dropped !== undefined) known.set(axis, shorter(scope, base, span, axis.dropped))
  }
  const made = byDepth([...within].filter(a => !known.has(a)))
  return {
    lengths: made.map(a => lengthOf(scope, a)),
    outside: stacked => {
      const others = replaceNested(made, (axis, before) => ({
        name: axis.name,
        size: axis.size,
        batch: false,
        lengths: withAxes(withAxes(stacked[made.indexOf(axis)], known), before),
        base: axis.base && (known.get(axis.base) ?? before.get(axis.base) ?? axis.base),
      }))
      return new Map([...known, ...others])
    },
  }
}

// The axes of one step of a scan: those nested in the scanned axis have one length there. Back outside they are themselves.
import type { Span } from '../../../dsl/ast.ts'
import type { Builder } from '../../ir/builder.ts'
import { lengthOf } from '../tensors/typedOperations.ts'
import type { Scope } from '../values/scope.ts'
import { type Axis, type Tensor, withAxes } from '../values/tensor.ts'
import { byDepth, replaceNested } from './nestedAxes.ts'
import { shorter } from './shortenedAxis.ts'

/** For each nested axis the axis of a step; `slice` gives what one step has of its lengths. */
export const stepAxes = (nested: readonly Axis[], slice: (axis: Axis) => Tensor): Map<Axis, Axis> =>
  replaceNested(nested, (axis, made) => ({
    name: axis.name,
    size: axis.size,
    batch: false,
    lengths: withAxes(slice(axis), made),
    base: axis,
  }))

export interface Leaving {
  /** Lengths that only the step knows: further results of it. */
  readonly lengths: readonly Tensor[]
  /** For each axis of the step what it is outside; `stacked` are the lengths of all steps. */
  readonly outside: (stacked: readonly Tensor[]) => ReadonlyMap<Axis, Axis>
}

/** The axes of what a step gives, outside: those it was given, those shortened alike, and new ones for what the body made. */
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

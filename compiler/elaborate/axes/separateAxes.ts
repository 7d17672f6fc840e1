// An axis that a call both declares and maps over or scans: attention of a sequence to itself.

import type { Scope } from '../values/scope.ts'
import { type Axis, joinFacts, type Tensor, withAxes } from '../values/tensor.ts'
import type { Argument } from './argument.ts'
import { byDepth } from './nestedAxes.ts'

export interface Separated {
  readonly args: readonly Argument[]
  /** A result of the unit as the caller sees it. */
  readonly restore: (t: Tensor) => Tensor
}

/**
 * Where an axis is both declared by one input and mapped over by another, the declared one becomes an axis of its own, of
 * the same lengths: inside the unit the two never meet. So do axes nested in it. A result that has only the declared one is
 * over the axis itself.
 */
export function separateAxes(inner: Scope, args: readonly Argument[]): Separated {
  const copies = new Map<Axis, Axis>()
  const separated = args.map(arg => {
    const own = new Map<Axis, Axis>()
    const { tensor, declared } = arg
    for (const axis of byDepth(tensor.axes)) {
      const [name] = [...declared].find(([, a]) => a === axis) ?? []
      const mapped = args.some(a => a.tensor.axes.includes(axis) && ![...a.declared.values()].includes(axis))
      const inside = axis.lengths?.axes.some(a => own.has(a)) ?? false
      if (!inside && (name === undefined || !mapped)) continue
      const copy = copies.get(axis) ?? copyOf(inner, axis, name ?? axis.name, own, args)
      copies.set(axis, copy)
      own.set(axis, copy)
      if (name !== undefined) inner.axes.set(name, copy)
    }
    const copied = [...declared].map(([name, a]) => [name, own.get(a) ?? a] as const)
    return { ...arg, declared: new Map(copied), tensor: withAxes(tensor, own) }
  })
  const originals = new Map([...copies].map(([original, copy]) => [copy, original]))
  return { args: separated, restore: t => (copies.size === 0 ? t : restored(t, originals)) }
}

/** The copy of an axis under another name: the same one for each call, so that what two calls give over it can be joined. */
function copyOf(
  { session }: Scope,
  axis: Axis,
  name: string,
  own: ReadonlyMap<Axis, Axis>,
  args: readonly Argument[],
): Axis {
  const lengths = axis.lengths && withAxes(axis.lengths, own)
  const made: Axis = { name, size: axis.size, batch: false, ...(lengths && { lengths }) }
  const known = session.copies.get(axis) ?? new Map<string, Axis>()
  session.copies.set(axis, known)
  const before = known.get(name)
  const sameLengths = (a: Axis): boolean => lengths?.axes.every(x => a.lengths?.axes.includes(x)) ?? true
  if (before !== undefined && sameLengths(before)) return args.some(a => a.tensor.axes.includes(before)) ? made : before
  known.set(name, made)
  return made
}

function restored(t: Tensor, originals: ReadonlyMap<Axis, Axis>): Tensor {
  const back = new Map<Axis, Axis>()
  for (const axis of byDepth(t.axes)) {
    const original = originals.get(axis)
    const inside = axis.lengths?.axes.some(a => originals.has(a) && !back.has(a)) ?? false
    if (original !== undefined && !inside && !t.axes.includes(original)) back.set(axis, original)
  }
  const { axes, reversed } = withAxes(t, back)
  // What was read of the copy was read of the axis itself: at each of its elements, all of them.
  const { facts } = withAxes(t, originals)
  return { ...t, axes, reversed, facts: joinFacts([{ axes, facts }]) }
}

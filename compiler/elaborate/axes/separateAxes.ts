// Splits an axis that one call both declares and maps over or scans, as attention of a sequence to itself does.

import { joinFacts } from '../values/facts.ts'
import type { Scope } from '../values/scope.ts'
import { type Axis, type Tensor, withAxes } from '../values/tensor.ts'
import type { Argument } from './argument.ts'
import { byDepth } from './nestedAxes.ts'

export interface Separated {
  readonly args: readonly Argument[]
  /** Puts the caller's axes back in place of the copies in a result of the unit. */
  readonly restore: (t: Tensor) => Tensor
}

/**
 * Replaces an axis that one input declares and another maps over by a copy of the same lengths for the declaring input, along
 * with axes nested in it: inside the unit the two never align. A result that has only the copy gets the original axis back.
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

/** Copies an axis under another name. Calls share one copy where possible, so that results of two calls over it can be joined. */
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
  // Reads recorded for the copy are reads of the original axis: each of its elements has read all of them.
  const { facts } = withAxes(t, originals)
  return { ...t, axes, reversed, facts: joinFacts([{ axes, facts }]) }
}

// An axis that a call both declares and maps over or scans: attention of a sequence to itself.
import type { Argument } from './lift.ts'
import type { Scope } from './scope.ts'
import { type Axis, type Cause, type Facts, joinFacts, type Tensor } from './tensor.ts'

export interface Separated {
  readonly args: readonly Argument[]
  /** A result of the unit as the caller sees it. */
  readonly restore: (t: Tensor) => Tensor
}

/**
 * Where an axis is both declared by one input and mapped over by another, the declared one becomes an axis of its own, of
 * the same lengths: inside the unit the two never meet. A result that has only the declared one is over the axis itself.
 */
export function separateAxes(inner: Scope, args: readonly Argument[]): Separated {
  const copies = new Map<Axis, Axis>()
  const separated = args.map(arg => {
    const declared = new Map(arg.declared)
    for (const [name, axis] of arg.declared) {
      const mapped = args.some(a => a.tensor.axes.includes(axis) && ![...a.declared.values()].includes(axis))
      if (!mapped) continue
      const copy = copies.get(axis) ?? copyOf(inner, axis, name, args)
      copies.set(axis, copy)
      declared.set(name, copy)
      inner.axes.set(name, copy)
    }
    const own = new Set([...arg.declared.values()].filter(a => copies.has(a)))
    const axes = (list: readonly Axis[]): Axis[] => list.map(a => (own.has(a) ? (copies.get(a) ?? a) : a))
    const { tensor } = arg
    return { ...arg, declared, tensor: { ...tensor, axes: axes(tensor.axes), reversed: axes(tensor.reversed) } }
  })
  const originals = new Map([...copies].map(([original, copy]) => [copy, original]))
  return { args: separated, restore: t => (copies.size === 0 ? t : restored(t, originals)) }
}

/** The copy of an axis under another name: the same one for each call, so that what two calls give over it can be joined. */
function copyOf({ session }: Scope, axis: Axis, name: string, args: readonly Argument[]): Axis {
  const made: Axis = { name, size: axis.size, batch: false, ...(axis.lengths && { lengths: axis.lengths }) }
  const known = session.copies.get(axis) ?? new Map<string, Axis>()
  session.copies.set(axis, known)
  const before = known.get(name)
  if (before !== undefined) return args.some(a => a.tensor.axes.includes(before)) ? made : before
  known.set(name, made)
  return made
}

function restored(t: Tensor, originals: ReadonlyMap<Axis, Axis>): Tensor {
  const back = (a: Axis): Axis => {
    const original = originals.get(a)
    return original !== undefined && !t.axes.includes(original) ? original : a
  }
  const axes = t.axes.map(back)
  // What was read of the copy was read of the axis itself: at each of its elements, all of them.
  const known = (causes: ReadonlyMap<Axis, Cause>) =>
    new Map([...causes].map(([a, c]) => [originals.get(a) ?? a, c] as const))
  const facts: Facts = { ...t.facts, ahead: known(t.facts.ahead), whole: known(t.facts.whole) }
  return { ...t, axes, reversed: t.reversed.map(back), facts: joinFacts([{ axes, facts }]) }
}

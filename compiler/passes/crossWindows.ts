// Carries values across the windows that an axis is cut into: those of loops along it, and the last element before each `delay`.
import { type Builder, broadcast, reshape } from '../ir/builder.ts'
import { constant, type Dim, equal } from '../ir/dim.ts'
import { type Eqn, scanCounts, scanLength, type Value } from '../ir/graph.ts'
import { walks } from '../ir/walks.ts'

/** The two ends of a way from one window into the next. */
export interface Crossing {
  /** Gives the value that a window begins with: in the first one `initial`. `of` is the value of the whole graph that it is a part of. */
  readonly enter: (initial: Value, of: Value) => Value
  /** Takes the value that the next window begins with, in the order of `enter`. */
  readonly leave: (value: Value) => void
}

/** Adds an equation over a whole axis as one over a window of it. Loops of the other direction do not cross. */
export function crossWindows(b: Builder, eqn: Eqn, axis: Dim, { enter, leave }: Crossing): void {
  if (eqn.op === 'scan' && eqn.attrs.reverse === false && equal(scanLength(eqn), axis)) {
    const { consts, carries } = scanCounts(eqn)
    const isCarry = (i: number): boolean => i >= consts && i < consts + carries
    b.eqns.push({ ...eqn, ins: eqn.ins.map((v, i) => (isCarry(i) ? enter(v, eqn.outs[i - consts]) : v)) })
    eqn.outs.slice(0, carries).forEach(leave)
  } else if (isDelay(eqn, axis)) {
    const [x, start] = eqn.ins
    const before = enter(start, eqn.outs[0])
    b.eqns.push({ ...eqn, ins: [x, before] })
    leave(lastOf(b, x, before, eqn, axis))
  } else b.eqns.push(eqn)
}

const isDelay = (eqn: Eqn, axis: Dim): boolean => eqn.op === 'shift' && eqn.attrs.by === 1 && walks(eqn, axis)

/** The element of the last step, or `before` where there are no steps. */
function lastOf(b: Builder, x: Value, before: Value, { attrs }: Eqn, axis: Dim): Value {
  const place = Number(attrs.axis)
  const one = broadcast(b, before, [place], [constant(1)])
  const all = b.emit('concat', [one, x], { axis: place })
  return reshape(b, b.emit('slice', [all], { axis: place, start: axis, size: constant(1) }), before.shape)
}

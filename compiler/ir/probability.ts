// Finds values known to be probabilities, so that their logarithms, and those of one minus them, can be computed from the
// logits. It must agree with the rewrites of rules/stableLogs.ts: `probability` in the language promises these.
import { asNumber, sameShape } from './dim.ts'
import type { Eqn, Value } from './graph.ts'
import { fromEnd, isDim, numberOf } from './ops/attributes.ts'
import { deepest, largest, selectionOf } from './selection.ts'
import { complemented, movedOperands, operandsOutside, stepResult, type View, viewOfBlock } from './view.ts'

/** The operand of the logarithm: the value, or one minus it. */
export type Side = 'itself' | 'complement'

const flipped = { itself: 'complement', complement: 'itself' } as const

/** What the logarithm of a value would be computed from. Known numbers are of no account. */
export interface LogSources {
  /** Whether probabilities with logits are among it. */
  readonly hasLogits: boolean
  /** Whether values are that nothing is known of. */
  readonly hasUnknown: boolean
  /** How many logarithms the rewrite makes of the one. */
  readonly size: number
}

const fromNumber: LogSources = { hasLogits: false, hasUnknown: false, size: 1 }
const fromLogits: LogSources = { hasLogits: true, hasUnknown: false, size: 1 }
const fromUnknown: LogSources = { hasLogits: false, hasUnknown: true, size: 1 }

function together(parts: readonly LogSources[]): LogSources {
  const size = parts.reduce((sum, p) => sum + p.size, 0)
  return size > largest
    ? fromUnknown
    : { hasLogits: parts.some(p => p.hasLogits), hasUnknown: parts.some(p => p.hasUnknown), size }
}

/** Finds the sources of a value, for the logarithm of one side of it. Known numbers count from 0 up, and for the complement to 1. */
export function logSources(view: View, value: Value, side: Side): LogSources {
  const found = new Map<string, LogSources>()
  const behind = (v: View, at: Value, s: Side, depth: number): LogSources => {
    if (depth > deepest) return fromUnknown
    const x = cutFrom(v, at)
    const key = `${x.id} ${s}`
    const before = found.get(key)
    if (before !== undefined) return before
    const made = sourcesOf(v, x, s, (y, t = s, w = v) => behind(w, y, t, depth + 1))
    found.set(key, made)
    return made
  }
  return behind(view, value, side, 0)
}

/** Looks through slices that `simplify` removes: those of everything, and those within one part of a concat. */
function cutFrom(view: View, value: Value): Value {
  for (let from = value; ; ) {
    const eqn = view.producer(from)
    if (eqn?.op !== 'slice') return from
    const next = sameShape(eqn.ins[0].shape, from.shape) ? eqn.ins[0] : partAround(view, eqn)
    if (next === undefined) return from
    from = next
  }
}

/** The part of a concat in which a slice of it lies. */
function partAround(view: View, { ins: [of], attrs, outs: [out] }: Eqn): Value | undefined {
  const join = view.producer(of)
  const axis = numberOf(attrs.axis)
  if (join?.op !== 'concat' || axis === undefined || join.attrs.axis !== axis) return undefined
  const sizeOf = (v: Value): number => asNumber(v.shape[fromEnd(axis, v.shape.length)]) ?? Number.NaN
  let start = isDim(attrs.start) ? (asNumber(attrs.start) ?? Number.NaN) : Number.NaN
  for (const part of join.ins) {
    if (start >= 0 && start + sizeOf(out) <= sizeOf(part)) return part
    start -= sizeOf(part)
  }
  return undefined
}

/** Tells whether the logarithms of both sides are computed from logits, whatever the value's data. */
export function isProbability(view: View, value: Value): boolean {
  const both = (['itself', 'complement'] as const).map(side => logSources(view, value, side))
  return both.every(s => s.hasLogits && !s.hasUnknown)
}

function sourcesOf(
  view: View,
  value: Value,
  side: Side,
  behind: (value: Value, side?: Side, view?: View) => LogSources,
): LogSources {
  const element = view.uniform(value)
  if (element !== undefined) return element >= 0 && (side === 'itself' || element <= 1) ? fromNumber : fromUnknown
  const eqn = view.producer(value)
  if (eqn === undefined) {
    const outer = view.outside(value)
    return outer === undefined ? fromUnknown : behind(outer.value, side, outer.view)
  }
  const { op, ins, body } = eqn
  if (body !== undefined) {
    const inner = stepResult(eqn, body, value)
    return inner === undefined ? fromUnknown : behind(inner, side, viewOfBlock(body, operandsOutside(view, eqn)))
  }
  const other = complemented(value, view)
  if (other !== undefined) return behind(other, flipped[side])
  const all = (): LogSources => together(ins.map(v => behind(v)))
  const ofSelection = (): LogSources => (selectionOf(view, value) === undefined ? fromUnknown : fromLogits)
  switch (op) {
    case 'softmax':
    case 'sigmoid':
      return fromLogits
    case 'exp':
      return side === 'itself' ? fromLogits : fromUnknown
    case 'real':
      return ins[0].dtype === 'bool' ? fromNumber : behind(ins[0])
    case 'where':
      return together(ins.slice(1).map(v => behind(v)))
    case 'max':
    case 'min':
      return all()
    case 'mul':
      return side === 'itself' ? all() : together([all(), behind(ins[0], 'itself')])
    case 'div':
      return side === 'itself' ? all() : fromUnknown
    case 'add':
    case 'sum': {
      const own = side === 'itself' ? all() : fromUnknown
      return own.hasUnknown ? ofSelection() : own
    }
    case 'sub':
      return ofSelection()
    default:
      return movedOperands(op) > 0 ? together(ins.slice(0, movedOperands(op)).map(v => behind(v))) : fromUnknown
  }
}

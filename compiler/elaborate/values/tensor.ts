// Typed values of the language: an item living over axes, and the graph value that holds it.
import { type Dim, equal } from '../../ir/dim.ts'
import type { DType, Value } from '../../ir/graph.ts'
import type { Cause, Facts } from './facts.ts'
import type { Bound } from './signature.ts'

/** An axis, compared by identity: two axes are the same only if they are the same object. */
export interface Axis {
  readonly name: string
  readonly size: Dim
  readonly batch: boolean
  /** The valid length for each element of `lengths.axes`; absent where every length is `size`. */
  readonly lengths?: Tensor
  /** The axis of which this one is a part or a rearrangement. */
  readonly base?: Axis
  /** How many fewer elements than `base` it has, if that is the only difference. */
  readonly dropped?: number
}

export interface Coding {
  readonly kind: 'token' | 'class'
  readonly size: Dim
}

export interface Tensor {
  readonly kind: 'tensor'
  /** Its shape is the sizes of `axes`, then `item`. */
  readonly value: Value
  readonly dtype: DType
  readonly item: readonly Dim[]
  /** In the order of the graph value's leading dimensions; the batch is the last. */
  readonly axes: readonly Axis[]
  readonly coding?: Coding
  /** Axes whose elements are stored in the opposite order: a `reverse` not carried out yet. */
  readonly reversed: readonly Axis[]
  readonly facts: Facts
  /** Its name in messages; empty if it has none. */
  readonly name: string
  /** The text of the expression that made it, for messages. */
  readonly source?: string
  /** The graph value that `probability` gave, if this tensor comes from it: its logarithm will be taken. */
  readonly asked?: Value
  /** The labels that this distribution, from `probability`, distinguishes; or those among which `decide` chose this label. */
  readonly choice?: Bound
}

/** Replaces axes of a value by others, in the same places. */
export function withAxes(t: Tensor, others: ReadonlyMap<Axis, Axis>): Tensor {
  if (others.size === 0) return t
  const other = (a: Axis): Axis => others.get(a) ?? a
  const keys = (causes: ReadonlyMap<Axis, Cause>) => new Map([...causes].map(([a, c]) => [other(a), c] as const))
  const facts = { ...t.facts, ahead: keys(t.facts.ahead), whole: keys(t.facts.whole) }
  return { ...t, axes: t.axes.map(other), reversed: t.reversed.map(other), facts }
}

/** Finds the declared axis from which an axis was made, through all operations; itself if none made it. */
export const baseOf = (axis: Axis): Axis => (axis.base === undefined ? axis : baseOf(axis.base))

/** Tells whether two items have the same sizes. */
export const sameItem = (a: readonly Dim[], b: readonly Dim[]): boolean =>
  a.length === b.length && a.every((d, i) => equal(d, b[i]))

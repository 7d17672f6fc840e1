// Typed values of the language: an item living over axes, and the graph value that holds it.
import type { Span } from '../../../dsl/ast.ts'
import { constant, type Dim, equal, formatLabel, unlabelled } from '../../ir/dim.ts'
import type { DType, Value } from '../../ir/graph.ts'
import type { Bound } from './signature.ts'

/** An axis is an identity: two axes are the same only if they are this same object. */
export interface Axis {
  readonly name: string
  readonly size: Dim
  readonly batch: boolean
  /** The valid length for each element of `lengths.axes`; absent where every length is `size`. */
  readonly lengths?: Tensor
  /** The axis of which this is a part, or the same elements in other places. */
  readonly base?: Axis
  /** How many elements fewer than `base` it has, where that is all that sets them apart. */
  readonly dropped?: number
}

export interface Coding {
  readonly kind: 'token' | 'class'
  readonly size: Dim
}

/** What a tensor has read, for the checks of feedback and streaming. */
export interface Facts {
  /** Targets read at their own step. */
  readonly targets: ReadonlySet<string>
  /** Targets read one step late. */
  readonly delayed: ReadonlySet<string>
  /** Axes of which a later element than its own was read, and by which operation. */
  readonly ahead: ReadonlyMap<Axis, Cause>
  /** Axes that were reduced away: the value is known only at their end. */
  readonly whole: ReadonlyMap<Axis, Cause>
}

export interface Cause {
  readonly operation: string
  /** The equations that the value went through since, by their names. */
  readonly through: readonly string[]
  readonly span: Span
  readonly value: string
  /** A cell has run backward over the axis. */
  readonly backward?: boolean
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
  /** Axes whose elements lie in the other order than they are meant: a `reverse` not carried out yet. */
  readonly reversed: readonly Axis[]
  readonly facts: Facts
  /** How messages call it; empty for one without a name. */
  readonly name: string
  /** The text of the expression that made it, for messages. */
  readonly source?: string
  /** The graph value of which `probability` was asked, where this is what it gave: its logarithm will be taken. */
  readonly asked?: Value
  /** The labels that this distribution, asked for its probabilities, tells apart; or those among which this label was decided. */
  readonly choice?: Bound
}

export const noFacts: Facts = { targets: new Set(), delayed: new Set(), ahead: new Map(), whole: new Map() }

/** What a value made of several has read. An axis reduced in one operand and present in another is read ahead. */
export function joinFacts(tensors: readonly Pick<Tensor, 'facts' | 'axes'>[]): Facts {
  const union = <T>(pick: (f: Facts) => ReadonlySet<T>): Set<T> => new Set(tensors.flatMap(t => [...pick(t.facts)]))
  const merge = (pick: (f: Facts) => ReadonlyMap<Axis, Cause>): Map<Axis, Cause> =>
    new Map(
      tensors
        .flatMap(t => [...pick(t.facts)])
        .sort(([, a], [, b]) => Number(a.backward ?? 0) - Number(b.backward ?? 0)),
    )
  const whole = merge(f => f.whole)
  const ahead = merge(f => f.ahead)
  const axes = new Set(tensors.flatMap(t => t.axes.map(baseOf)))
  for (const [axis, cause] of whole) if (axes.has(baseOf(axis))) ahead.set(axis, cause)
  return { targets: union(f => f.targets), delayed: union(f => f.delayed), ahead, whole }
}

/** The same value over other axes, in their places. */
export function withAxes(t: Tensor, others: ReadonlyMap<Axis, Axis>): Tensor {
  if (others.size === 0) return t
  const other = (a: Axis): Axis => others.get(a) ?? a
  const keys = (causes: ReadonlyMap<Axis, Cause>) => new Map([...causes].map(([a, c]) => [other(a), c] as const))
  const facts = { ...t.facts, ahead: keys(t.facts.ahead), whole: keys(t.facts.whole) }
  return { ...t, axes: t.axes.map(other), reversed: t.reversed.map(other), facts }
}

export const baseOf = (axis: Axis): Axis => (axis.base === undefined ? axis : baseOf(axis.base))

/** `[units]`, `real`, `token of V`, without the axes. */
export function formatItem(t: { dtype: DType; item: readonly Dim[]; coding?: Coding }): string {
  if (t.coding !== undefined) return `${t.coding.kind} of ${formatLabel(t.coding.size)}`
  return t.item.length === 0 ? t.dtype : formatDims(t.item)
}

/** `[units]`, in the names of the source. */
export const formatDims = (dims: readonly Dim[]): string => `[${dims.map(formatLabel).join(', ')}]`

/** `[D, units] = [28, 64]`, or once where both are the same. */
export function formatBoth(dims: readonly Dim[]): string {
  const named = formatDims(dims)
  const plain = formatDims(dims.map(unlabelled))
  return named === plain ? named : `${named} = ${plain}`
}

/** `T and S`, `nothing`. */
export const formatAxes = (axes: readonly Axis[]): string =>
  axes.length === 0 ? 'nothing' : axes.map(a => a.name).join(' and ')

export const sameItem = (a: readonly Dim[], b: readonly Dim[]): boolean =>
  a.length === b.length && a.every((d, i) => equal(d, b[i]))

/** What to do about a `[1]` where a scalar is meant, which is not the same: its only element is one. */
export function onlyElement(expected: readonly Dim[], found: Pick<Tensor, 'item' | 'name'>): { help?: string } {
  const isOne = found.item.length === 1 && equal(found.item[0], constant(1))
  if (!isOne || sameItem(expected, found.item)) return {}
  const element = found.name === '' ? 'put `[0]` behind it' : `write \`${found.name}[0]\``
  return { help: `a [1] is a vector; for its only element ${element}` }
}

/** The facts of a value that an equation gives a name: it is one more station on the way of what was read ahead. */
export function throughName(facts: Facts, name: string): Facts {
  const on = (causes: ReadonlyMap<Axis, Cause>) =>
    new Map([...causes].map(([axis, c]) => [axis, { ...c, through: [...c.through, name] }] as const))
  return { ...facts, ahead: on(facts.ahead), whole: on(facts.whole) }
}

/** The way from what was read to what it gives, one name a line. */
export function pathOf({ operation, through, value }: Cause, line: number, output: string): string {
  const start = value.startsWith('`') ? [value] : []
  const stations = [...start, `\`${operation}\` on line ${line}`, ...through.map(name => `\`${name}\``), output]
  return `the path:\n${stations.map(station => `  ${station}`).join('\n')}`
}

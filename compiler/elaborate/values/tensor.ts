// Typed values of the language: an item living over axes, and the graph value that holds it.
import type { Span } from '../../../dsl/ast.ts'
import { constant, type Dim, equal, formatLabel, unlabelled } from '../../ir/dim.ts'
import type { DType, Value } from '../../ir/graph.ts'
import type { Bound } from './signature.ts'
import { quoted } from './wording.ts'

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

/** Targets and elements that a tensor depends on, for the checks of feedback and streaming. */
export interface Facts {
  /** Targets read at their own step. */
  readonly targets: ReadonlySet<string>
  /** Targets read one step late. */
  readonly delayed: ReadonlySet<string>
  /** Axes along which an element later than its own was read, and the operation that did so. */
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
  /** Whether a cell has run backward over the axis. */
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

export const noFacts: Facts = { targets: new Set(), delayed: new Set(), ahead: new Map(), whole: new Map() }

/** Makes the cause of a look-ahead or a reduction: the operation, where it is written, and the value that it read. */
export const newCause = (operation: string, span: Span, t: Tensor): Cause => ({
  through: [],
  operation,
  span,
  value: quoted(t.name, 'its argument'),
})

/** Joins the facts of several operands. An axis reduced in one operand and present in another is read ahead. */
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

/** Adds that an operation has read ahead along an axis. */
export const withAhead = (facts: Facts, axis: Axis, by: Cause): Facts => ({
  ...facts,
  ahead: new Map([...facts.ahead, [axis, by]]),
})

/** Adds that an operation has reduced an axis away. */
export const withWhole = (facts: Facts, axis: Axis, by: Cause): Facts => ({
  ...facts,
  whole: new Map([...facts.whole, [axis, by]]),
})

/** Replaces axes of a value by others, in the same places. */
export function withAxes(t: Tensor, others: ReadonlyMap<Axis, Axis>): Tensor {
  if (others.size === 0) return t
  const other = (a: Axis): Axis => others.get(a) ?? a
  const keys = (causes: ReadonlyMap<Axis, Cause>) => new Map([...causes].map(([a, c]) => [other(a), c] as const))
  const facts = { ...t.facts, ahead: keys(t.facts.ahead), whole: keys(t.facts.whole) }
  return { ...t, axes: t.axes.map(other), reversed: t.reversed.map(other), facts }
}

export const baseOf = (axis: Axis): Axis => (axis.base === undefined ? axis : baseOf(axis.base))

/** Formats an item, without its axes: `[units]`, `real`, `token of V`. */
export function formatItem(t: { dtype: DType; item: readonly Dim[]; coding?: Coding }): string {
  if (t.coding !== undefined) return `${t.coding.kind} of ${formatLabel(t.coding.size)}`
  return t.item.length === 0 ? t.dtype : formatDims(t.item)
}

/** Formats an item and axes as a declaration writes them: `[units] over T`. */
export const formatType = (t: Parameters<typeof formatItem>[0], axes: readonly { readonly name: string }[]): string =>
  formatItem(t) + axes.map(a => ` over ${a.name}`).join('')

/** Formats dims in the names of the source: `[units]`. */
export const formatDims = (dims: readonly Dim[]): string => `[${dims.map(formatLabel).join(', ')}]`

/** Formats dims by names and sizes, `[D, units] = [28, 64]`, or once if both are the same. */
export function formatBoth(dims: readonly Dim[]): string {
  const named = formatDims(dims)
  const plain = formatDims(dims.map(unlabelled))
  return named === plain ? named : `${named} = ${plain}`
}

/** Formats axes for messages: `T and S`, or `nothing`. */
export const formatAxes = (axes: readonly Axis[]): string =>
  axes.length === 0 ? 'nothing' : axes.map(a => a.name).join(' and ')

export const sameItem = (a: readonly Dim[], b: readonly Dim[]): boolean =>
  a.length === b.length && a.every((d, i) => equal(d, b[i]))

/** Suggests taking the only element of a `[1]` where a scalar is meant: the two are different types. */
export function onlyElement(expected: readonly Dim[], found: Pick<Tensor, 'item' | 'name'>): { help?: string } {
  const isOne = found.item.length === 1 && equal(found.item[0], constant(1))
  if (!isOne || sameItem(expected, found.item)) return {}
  const element = found.name === '' ? 'write `[0]` after it' : `write \`${found.name}[0]\``
  return { help: `a [1] is a vector; for its only element ${element}` }
}

/** Adds the name of an equation to the path recorded for each look-ahead and reduction in the facts. */
export function throughName(facts: Facts, name: string): Facts {
  const on = (causes: ReadonlyMap<Axis, Cause>) =>
    new Map([...causes].map(([axis, c]) => [axis, { ...c, through: [...c.through, name] }] as const))
  return { ...facts, ahead: on(facts.ahead), whole: on(facts.whole) }
}

/** Formats the path from the value that was read to the output, one name a line. */
export function pathOf({ operation, through, value }: Cause, line: number, output: string): string {
  const start = value.startsWith('`') ? [value] : []
  const stations = [...start, `\`${operation}\` on line ${line}`, ...through.map(name => `\`${name}\``), output]
  return `the path:\n${stations.map(station => `  ${station}`).join('\n')}`
}

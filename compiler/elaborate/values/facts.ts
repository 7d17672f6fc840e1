// What is known of how a value came about: the targets that it depends on, and where it was read ahead or reduced.
import type { Span } from '../../../dsl/ast.ts'
import { type Axis, baseOf, type Tensor } from './tensor.ts'
import { quoted } from './wording.ts'

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

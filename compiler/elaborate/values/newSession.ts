// The session of an expansion: what it begins with.
import type { Fn, Span, Unit } from '../../../dsl/ast.ts'
import { type Position, positionsIn } from '../../../dsl/position.ts'
import type { Builder, Context } from '../../ir/builder.ts'
import { type Entity, staticNumber } from './entity.ts'
import type { Alone, Session } from './scope.ts'
import type { Axis } from './tensor.ts'

export interface LowerOptions {
  readonly training: boolean
  /** Hyper-parameters of the model and free dims: `units=256`, `V=65`. */
  readonly sets: ReadonlyMap<string, number>
  readonly topLevel: ReadonlyMap<string, Entity>
  readonly library: ReadonlyMap<string, Entity>
  readonly sources: ReadonlyMap<string, string>
  readonly context: Context
  /** Takes the units and fns that are expanded. */
  readonly expanded: Set<Unit | Fn>
  readonly alone?: Alone
  /** Tells lines, where several sessions share what was counted. */
  readonly lineOf?: Session['lineOf']
}

/** The session of an expansion that begins with a unit. */
export function newSession(options: LowerOptions, root: Builder, batch: Axis, unit: Unit | Fn): Session {
  return {
    root,
    training: options.training,
    topLevel: options.topLevel,
    library: options.library,
    warnings: [],
    applied: [],
    weights: [],
    batch,
    shortened: new Map(),
    carried: new Map(),
    copies: new Map(),
    masks: new Map(),
    fromStart: [],
    averages: [],
    ports: new Map(),
    bounds: new Map(),
    unfit: new Set(),
    draws: 0,
    expanding: [unit],
    uses: [],
    expanded: options.expanded,
    ...(options.alone && { alone: options.alone }),
    evaluated: 0,
    sought: 0,
    sizes: new Map([...options.sets].map(([name, value]) => [name, staticNumber(value)])),
    sources: options.sources,
    lineOf: options.lineOf ?? lineCounter(options.sources),
  }
}

/** Tells the line of a place; each file is looked through once. */
export function lineCounter(sources: ReadonlyMap<string, string>): (span: Span) => number {
  const known = new Map<string, (offset: number) => Position>()
  return ({ file, start }) => {
    const position = known.get(file) ?? positionsIn(sources.get(file) ?? '')
    known.set(file, position)
    return position(start).line
  }
}

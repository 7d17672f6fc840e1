// Creates the session of an expansion.
import type { Fn, Span, Unit } from '../../../dsl/ast.ts'
import { type Position, positionsIn } from '../../../dsl/position.ts'
import type { Builder, Context } from '../../ir/builder.ts'
import { type Entity, staticNumber } from './entity.ts'
import type { Alone, OnEvaluate, Session } from './scope.ts'
import type { Axis } from './tensor.ts'

export interface LowerOptions {
  readonly training: boolean
  /** Hyper-parameters of the model and free dims: `units=256`, `V=65`. */
  readonly sets: ReadonlyMap<string, number>
  readonly topLevel: ReadonlyMap<string, Entity>
  readonly library: ReadonlyMap<string, Entity>
  readonly sources: ReadonlyMap<string, string>
  readonly context: Context
  /** Collects the units and fns that are expanded. */
  readonly expanded: Set<Unit | Fn>
  readonly alone?: Alone
  /** The name of the axis along which the model is to run as a stream. */
  readonly stream?: string
  /** Gives the line of a place; set if several sessions share one line counter. */
  readonly lineOf?: Session['lineOf']
  readonly onEvaluate?: OnEvaluate
}

/** Creates the session of an expansion that begins with a unit or fn. */
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
    gathered: [],
    ports: new Map(),
    bounds: new Map(),
    unfit: new Set(),
    draws: 0,
    expanding: [unit],
    uses: [],
    expanded: options.expanded,
    ...(options.alone && { alone: options.alone }),
    ...(options.stream !== undefined && { stream: { axis: options.stream, places: new Map(), states: [] } }),
    ...(options.onEvaluate && { onEvaluate: options.onEvaluate }),
    evaluated: 0,
    sought: 0,
    sizes: new Map([...options.sets].map(([name, value]) => [name, staticNumber(value)])),
    sources: options.sources,
    lineOf: options.lineOf ?? lineCounter(options.sources),
  }
}

/** Makes a function that gives the line of a place; it scans each file once. */
export function lineCounter(sources: ReadonlyMap<string, string>): (span: Span) => number {
  const known = new Map<string, (offset: number) => Position>()
  return ({ file, start }) => {
    const position = known.get(file) ?? positionsIn(sources.get(file) ?? '')
    known.set(file, position)
    return position(start).line
  }
}

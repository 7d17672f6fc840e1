// The scope in which a model is expanded: its session, its axes to come, its hyper-parameters.
import type { Declaration, Expr, Fn, Span, Unit } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { type Position, positionsIn } from '../../dsl/position.ts'
import type { Builder, Context } from '../ir/builder.ts'
import { createBuilder } from '../ir/builder.ts'
import * as D from '../ir/dim.ts'
import { labelledHyper } from './applyInstance.ts'
import { type Entity, type Instance, staticNumber } from './entity.ts'
import { evaluate } from './evaluate.ts'
import { laterNames } from './expanding.ts'
import { newInstance } from './recipes.ts'
import type { Alone, Scope, Session } from './scope.ts'
import type { Axis } from './tensor.ts'
import { namesIn } from './types.ts'

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
}

/** What the number of examples may be called: the first that is no name of the model. None can be the last. */
export const batchSymbols = ['B', 'batch', 'examples', 'B_', 'B$'] as const

/** An empty scope of a model, with its hyper-parameters. */
export function modelScope(unit: Unit, options: LowerOptions): Scope & { readonly instance: Instance } {
  const { context } = options
  const builder = createBuilder(context)
  const taken = namesAnywhere(unit)
  const batchName = batchSymbols.find(n => !taken.has(n)) ?? batchSymbols[0]
  const session = newSession(options, builder, { name: 'batch', size: D.symbol(batchName), batch: true }, unit)
  const whole = { unit, hypers: new Map(), text: unit.name.text }
  const instance = newInstance(whole, undefined, '', false, unit.span)
  const scope = {
    session,
    builder,
    place: unit.name.text,
    kind: 'model' as const,
    names: new Map<string, Entity>(),
    primes: new Map(),
    states: new Map(),
    axes: new Map(),
    instance,
    steps: () => [],
    later: laterNames(unit.body),
  }
  for (const param of unit.params) {
    const { text } = param.name
    const set = options.sets.get(text)
    if (set !== undefined) scope.names.set(text, labelledHyper(text, staticNumber(set)))
    else if (param.default !== undefined) scope.names.set(text, labelledHyper(text, evaluate(scope, param.default)))
    else
      fail(
        'RNN209',
        { callee: unit.name.text, name: text },
        { span: param.span, help: `give it a default, or --set ${text}=…` },
      )
  }
  return scope
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
    evaluate,
    sources: options.sources,
    lineOf: lineCounter(options.sources),
  }
}

/** Tells the line of a place; each file is looked through once. */
function lineCounter(sources: ReadonlyMap<string, string>): (span: Span) => number {
  const known = new Map<string, (offset: number) => Position>()
  return ({ file, start }) => {
    const position = known.get(file) ?? positionsIn(sources.get(file) ?? '')
    known.set(file, position)
    return position(start).line
  }
}

function namesAnywhere(unit: Unit): Set<string> {
  return new Set(
    unit.body.flatMap(s =>
      'type' in s && s.type !== undefined ? [...s.type.axes.map(a => a.name.text), ...dimNames(s.type.item)] : [],
    ),
  )
}

function dimNames(item: Declaration['type']['item']): string[] {
  const names = (e: Expr): string[] => namesIn(e).map(n => n.name)
  return item.kind === 'tensor' ? item.dims.flatMap(names) : item.kind === 'coded' ? names(item.size) : []
}

// The scope in which a model is expanded: its session, its axes to come, its hyper-parameters.
import type { Declaration, Expr, Span, Unit } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import type { Context } from '../ir/builder.ts'
import { createBuilder } from '../ir/builder.ts'
import * as D from '../ir/dim.ts'
import { labelledHyper } from './applyInstance.ts'
import { type Entity, type Instance, staticNumber } from './entity.ts'
import { evaluate } from './evaluate.ts'
import { laterNames } from './expanding.ts'
import { newInstance } from './recipes.ts'
import type { Scope, Session } from './scope.ts'
import type { Axis } from './tensor.ts'

export interface LowerOptions {
  readonly training: boolean
  /** Hyper-parameters of the model and free dims: `units=256`, `V=65`. */
  readonly sets: ReadonlyMap<string, number>
  readonly topLevel: ReadonlyMap<string, Entity>
  readonly sources: ReadonlyMap<string, string>
  readonly context: Context
}

/** An empty scope of a model, with its hyper-parameters. */
export function modelScope(unit: Unit, options: LowerOptions): Scope & { readonly instance: Instance } {
  const { context } = options
  const builder = createBuilder(context)
  const batchName = ['B', 'batch', 'examples'].find(n => !namesAnywhere(unit).has(n)) ?? 'B_'
  const batch: Axis = { name: 'batch', size: D.symbol(batchName), batch: true }
  const session: Session = {
    root: builder,
    training: options.training,
    topLevel: options.topLevel,
    warnings: [],
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
    sizes: new Map([...options.sets].map(([name, value]) => [name, staticNumber(value)])),
    evaluate,
    sources: options.sources,
    lineOf: span => lineOf(options.sources, span),
  }
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

function lineOf(sources: ReadonlyMap<string, string>, span: Span): number {
  return (sources.get(span.file) ?? '').slice(0, span.start).split('\n').length
}

function namesAnywhere(unit: Unit): Set<string> {
  return new Set(
    unit.body.flatMap(s =>
      'type' in s && s.type !== undefined ? [...s.type.axes.map(a => a.name.text), ...dimNames(s.type.item)] : [],
    ),
  )
}

function dimNames(item: Declaration['type']['item']): string[] {
  const names = (e: Expr): string[] =>
    e.kind === 'name' ? [e.name] : e.kind === 'binary' ? [...names(e.left), ...names(e.right)] : []
  return item.kind === 'tensor' ? item.dims.flatMap(names) : item.kind === 'coded' ? names(item.size) : []
}

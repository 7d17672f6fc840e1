// A model's declarations and equations, lowered to one block: inputs in the user's layout, outputs, losses and metrics.
import type { AxisExpr, Declaration, Expr, Predict, Span, Statement, Unit } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { didYouMean } from '../../dsl/suggest.ts'
import type { Builder, Context } from '../ir/builder.ts'
import { createBuilder } from '../ir/builder.ts'
import * as D from '../ir/dim.ts'
import type { Value } from '../ir/graph.ts'
import { labelledHyper } from './applyInstance.ts'
import { checkPlace, collectErrors, equation, output } from './body.ts'
import { average } from './builtins/probabilities.ts'
import { asTensor } from './convert.ts'
import { declareParam, declarePart } from './declare.ts'
import { expand, inOrder, masked, pointwise, tensor, withItem } from './emit.ts'
import type { Entity, Instance, WeightRecord } from './entity.ts'
import { evaluate } from './evaluate.ts'
import { laterNames } from './expanding.ts'
import { reached } from './reach.ts'
import type { Scope, Session } from './scope.ts'
import type { Parameter, Port, Prediction } from './signature.ts'
import { type Axis, baseOf, formatAxes, formatItem, noFacts, type Tensor } from './tensor.ts'
import { quoted } from './text.ts'
import { knownDim, type Resolver, resolveItem } from './types.ts'

/** One average over everything: what batches add up, and their ratio in this batch. */
export interface Average {
  readonly value: Value
  readonly sum: Value
  readonly count: Value
}

export interface NamedValue {
  readonly name: string
  readonly value: Value
}

/** A model after expansion: one block whose parameters are weights, inputs, targets, lengths and seeds, by name. */
export interface LoweredModel {
  readonly name: string
  readonly context: Context
  readonly builder: Builder
  readonly session: Session
  readonly scope: Scope
  /** The names of the block's parameters, by value id. */
  readonly inputNames: ReadonlyMap<number, string>
  readonly inputs: readonly Port[]
  readonly targets: readonly Port[]
  readonly parameters: readonly (Parameter & { readonly value: Value })[]
  readonly outputs: readonly (Port & { readonly value: Value })[]
  readonly predictions: readonly Prediction[]
  readonly averages: readonly Average[]
  /** Each loss before it was averaged. */
  readonly losses: readonly { readonly tensor: Tensor; readonly span: Span }[]
  /** The sum of the losses; undefined for a model without one. */
  readonly loss?: Value
  readonly reports: readonly NamedValue[]
  /** Targets that the model reads one step late: it is a generator of them. */
  readonly fedBack: readonly string[]
  /** Free dims that nothing has bound yet. */
  readonly freeDims: readonly string[]
}

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
    masks: new Map(),
    averages: [],
    draws: 0,
    expanding: [unit],
    applied: new Map(),
    sizes: new Map([...options.sets].map(([name, value]) => [name, D.constant(value)])),
    errors: [],
    evaluate,
    sources: options.sources,
    lineOf: span => lineOf(options.sources, span),
  }
  const instance: Instance = {
    kind: 'instance',
    unit,
    hypers: new Map(),
    text: unit.name.text,
    local: '',
    anonymous: false,
    site: unit.span,
    dims: new Map(),
    items: new Map(),
    weights: new Map(),
    parts: new Map(),
    placed: new Map(),
    axes: new Map(),
  }
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
    if (set !== undefined) scope.names.set(text, { kind: 'dim', dim: D.labelled(D.constant(set), D.symbol(text)) })
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

/** Expands a model. Throws RnnError with everything that is wrong with it. */
export function lowerModel(unit: Unit, options: LowerOptions): LoweredModel {
  const { context } = options
  const scope = modelScope(unit, options)
  const { builder, instance, session } = scope

  const ports: { inputs: Port[]; targets: Port[] } = { inputs: [], targets: [] }
  const inputNames = new Map<number, string>()
  const outputs: { name: string; tensor: Tensor; span: Span; prediction?: string }[] = []
  const losses: MeasuredLoss[] = []
  const metrics: { name: string; tensor: Tensor }[] = []
  const freeDims = new Set<string>()

  const run = (s: Statement): void => {
    checkPlace(scope, s)
    builder.note = { span: s.span }
    switch (s.kind) {
      case 'input':
      case 'target':
        declarePorts(scope, s, ports, inputNames, freeDims)
        break
      case 'param':
        declareParam(scope, instance, s)
        break
      case 'part':
        declarePart(scope, instance, s)
        break
      case 'equation':
        equation(scope, s)
        break
      case 'output':
        outputs.push({
          name: s.name.text,
          tensor: noTarget(output(scope, s), `output \`${s.name.text}\``, s.span),
          span: s.span,
        })
        break
      case 'loss':
      case 'metric':
        measure(scope, s, losses, metrics)
        break
      case 'predict':
        outputs.push({ ...predict(scope, s, ports.targets), prediction: s.target.text })
        break
      default:
        throw new Error(`${s.kind} was refused before`)
    }
  }
  collectErrors(
    unit.body.map(s => ({
      run: () => run(s),
      failed: () => {
        const names = 'names' in s ? s.names : 'name' in s && s.name !== undefined ? [s.name] : []
        for (const n of names) scope.names.set(n.text, { kind: 'unknown' })
      },
    })),
  )

  builder.note = {}
  const loss =
    losses.length === 0
      ? undefined
      : losses.map(l => l.tensor).reduce((a, b) => pointwise(scope, 'add', [a, b], unit.span)).value
  if (loss !== undefined && loss.hint === '') loss.hint = 'loss'
  const finished = outputs.map(o => finishOutput(scope, o))
  nameDraws(session, inputNames)
  const parameters = session.weights.map(w => ({ name: pathOf(w), shape: w.value.shape, init: w.init, value: w.value }))
  for (const p of parameters) inputNames.set(p.value.id, p.name)
  return {
    name: unit.name.text,
    context,
    builder,
    session,
    scope,
    inputNames,
    ...ports,
    parameters,
    outputs: finished,
    predictions: outputs.flatMap(o => (o.prediction === undefined ? [] : [{ target: o.prediction, output: o.name }])),
    averages: session.averages,
    losses: losses.map(l => ({ tensor: l.each, span: l.span })),
    loss,
    reports: [
      ...(losses.length > 1
        ? losses.flatMap(l => (l.name === undefined ? [] : [{ name: l.name, value: l.tensor.value }]))
        : []),
      ...metrics.map(m => ({ name: m.name, value: m.tensor.value })),
    ],
    fedBack: [...new Set(outputs.flatMap(o => [...o.tensor.facts.delayed]))],
    freeDims: [...freeDims],
  }
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

// ---- inputs and targets

function declarePorts(
  scope: Scope,
  d: Declaration,
  ports: { inputs: Port[]; targets: Port[] },
  inputNames: Map<number, string>,
  freeDims: Set<string>,
): void {
  const { session, builder } = scope
  const free = (expr: Expr): D.Dim => {
    if (expr.kind === 'name' && !scope.names.has(expr.name)) {
      const given = session.sizes.get(expr.name)
      if (given === undefined) freeDims.add(expr.name)
      scope.names.set(expr.name, { kind: 'dim', dim: D.labelled(given ?? D.symbol(expr.name), D.symbol(expr.name)) })
    }
    return knownDim(scope, expr, 'a dim')
  }
  const axes: Axis[] = []
  for (const axis of d.type.axes) axes.push(declareAxis(scope, axis, axes, free, inputNames))
  const resolver: Resolver = {
    dim: free,
    axis: () => {
      throw new Error('axes are declared first')
    },
    item: (name, span) =>
      fail(
        'RNN210',
        {
          what: `${d.kind} type`,
          expected: '`[D]`, `real`, `int`, `bool`, `token of V` or `class of K`',
          found: `\`${name}\``,
        },
        { span },
      ),
  }
  const type = resolveItem(d.type, resolver)
  for (const { text: name, span } of d.names) {
    if (scope.names.has(name)) fail('RNN107', { name }, { span })
    const item = type.item.map(D.unlabelled)
    const shape = [session.batch.size, ...axes.map(a => a.size), ...item]
    const given = builder.param({ dtype: type.dtype, shape }, { hint: name, span })
    inputNames.set(given.id, name)
    const layout = [...axes, session.batch]
    const value = expand(scope, tensor(given, [session.batch, ...axes], item), layout, item)
    const facts = d.kind === 'target' ? { ...noFacts, targets: new Set([name]) } : noFacts
    scope.names.set(name, tensor(value, layout, type.item, { coding: type.coding, facts, name }))
    const port: Port = {
      name,
      dtype: type.dtype,
      item,
      axes: axes.map(a => ({ name: a.name, size: a.size, ragged: a.lengths !== undefined })),
      ...(type.coding && { coding: { kind: type.coding.kind, size: D.unlabelled(type.coding.size) } }),
    }
    if (d.kind === 'input') ports.inputs.push(port)
    else ports.targets.push(port)
  }
}

/** An axis of the model: known by its name, else new; ragged unless it has a length. */
function declareAxis(
  scope: Scope,
  axis: AxisExpr,
  before: readonly Axis[],
  free: (e: Expr) => D.Dim,
  inputNames: Map<number, string>,
): Axis {
  const { session, builder } = scope
  const { text: name, span } = axis.name
  const length = axis.length && D.unlabelled(free(axis.length))
  const known = scope.axes.get(name)
  if (known !== undefined) {
    if (length !== undefined && !D.equal(length, known.size)) {
      fail('RNN204', { name, declared: `[${D.format(known.size)}]`, found: `[${D.format(length)}]` }, { span })
    }
    return known
  }
  if (scope.names.has(name)) fail('RNN107', { name }, { span })
  if (length !== undefined) {
    const fixed: Axis = { name, size: length, batch: false }
    scope.axes.set(name, fixed)
    return fixed
  }
  const given = builder.param(
    { dtype: 'int', shape: [session.batch.size, ...before.map(a => a.size)] },
    { hint: `${name}.lengths`, span },
  )
  inputNames.set(given.id, `${name}.lengths`)
  const layout = [...before, session.batch]
  const lengths = tensor(expand(scope, tensor(given, [session.batch, ...before], []), layout, []), layout, [], {
    name: `length of ${name}`,
  })
  const ragged: Axis = { name, size: D.symbol(name), batch: false, lengths }
  scope.axes.set(name, ragged)
  return ragged
}

// ---- losses, metrics, outputs

interface MeasuredLoss {
  readonly name?: string
  /** Its average, and what was averaged. */
  readonly tensor: Tensor
  readonly each: Tensor
  readonly span: Span
}

function measure(
  scope: Scope,
  s: Statement & { kind: 'loss' | 'metric' },
  losses: MeasuredLoss[],
  metrics: { name: string; tensor: Tensor }[],
): void {
  const before = scope.session.averages.length
  const t = asTensor(scope, evaluate(scope, s.value), s.value.span)
  if (t.dtype === 'bool')
    fail(
      'RNN216',
      { what: `a ${s.kind}`, expected: 'a number', found: 'a bool' },
      { span: s.value.span, help: 'write `real(…)`' },
    )
  const averaged = scope.session.averages.length > before
  if (averaged && s.kind === 'loss') {
    const help = 'a loss is averaged already; `average` is for a metric that goes on with it'
    fail('RNN114', { statement: 'average', place: 'a loss' }, { span: s.value.span, help })
  }
  if (averaged) fromAveragesAlone(scope, t, s.value.span)
  const value = averaged ? t : average(scope, t)
  const name = s.name?.text ?? calleeName(s.value)
  if (s.kind === 'loss')
    losses.push({
      name: s.name?.text ?? (losses.some(l => l.name === name) ? undefined : name),
      tensor: value,
      each: t,
      span: s.value.span,
    })
  else metrics.push({ name: name ?? 'metric', tensor: value })
}

/** A metric that goes on with averages is computed once, after all batches: there is nothing else that it could read then. */
function fromAveragesAlone(scope: Scope, t: Tensor, span: Span): void {
  const { root, averages } = scope.session
  const behind = reached(root.eqns, t.value, new Set(averages.map(a => a.value.id)))
  const other = root.params.find(p => behind.has(p.id))
  if (other === undefined && t.axes.length === 0 && t.item.length === 0) return
  fail(
    'RNN210',
    {
      what: 'a metric with `average`',
      expected: 'one number, computed from averages alone',
      found: other === undefined ? formatItem(t) : `one that reads ${quoted(other.hint, 'the data')} as well`,
    },
    { span, help: 'average each of its values' },
  )
}

/** `accuracy(p, label)` is reported as `accuracy`. */
function calleeName(e: Expr): string | undefined {
  if (e.kind === 'call' && e.callee.kind === 'name') return e.callee.name
  if (e.kind === 'pipe') return calleeName(e.callee)
  if (e.kind === 'name') return e.name
  if (e.kind === 'binary') return calleeName(e.right) ?? calleeName(e.left)
  return undefined
}

/** A target may be read by losses, metrics and `delay` only. */
function noTarget(t: Tensor, reader: string, span: Span): Tensor {
  const [target] = t.facts.targets
  if (target !== undefined) fail('RNN333', { target, reader }, { span })
  return t
}

function predict(scope: Scope, s: Predict, targets: readonly Port[]): { name: string; tensor: Tensor; span: Span } {
  const name = s.target.text
  const target = targets.find(t => t.name === name)
  if (target === undefined)
    fail(
      'RNN312',
      { name },
      {
        span: s.target.span,
        help: didYouMean(
          name,
          targets.map(t => t.name),
        ),
      },
    )
  const t = noTarget(
    asTensor(scope, evaluate(scope, s.value), s.value.span),
    `the prediction of \`${name}\``,
    s.value.span,
  )
  const own = scope.names.get(name)
  const axes = own?.kind === 'tensor' ? own.axes.filter(a => !a.batch) : []
  for (const axis of axes) {
    const cause = [...t.facts.ahead].find(([a]) => baseOf(a) === baseOf(axis))?.[1]
    if (t.facts.delayed.has(name) && cause !== undefined) {
      fail(
        'RNN331',
        {
          axis: axis.name,
          operation: cause.operation,
          line: scope.session.lineOf(cause.span),
          value: cause.value,
          output: `\`${name}\``,
        },
        { span: s.value.span, labels: [{ span: cause.span, text: 'reads what is not there yet' }] },
      )
    }
  }
  const mine = t.axes.filter(a => !a.batch)
  if (mine.length !== axes.length || mine.some(a => !axes.includes(a))) {
    const over = (list: readonly Axis[]): string => (list.length === 0 ? '' : ` over ${formatAxes(list)}`)
    fail(
      'RNN204',
      { name, declared: `${target.coding?.kind ?? 'real'}${over(axes)}`, found: `${formatItem(t)}${over(mine)}` },
      { span: s.value.span },
    )
  }
  const size = target.coding && D.asNumber(target.coding.size)
  const width = D.asNumber(D.product(t.item))
  if (size !== undefined && width !== undefined && width !== size && !(width === 1 && size === 2)) {
    fail(
      'RNN204',
      { name, declared: `${target.coding?.kind} of ${size}`, found: formatItem(t) },
      { span: s.value.span },
    )
  }
  const sameSize = D.equal(D.product(t.item), D.product(target.item))
  if (target.coding === undefined && !sameSize) {
    fail(
      'RNN204',
      { name, declared: formatItem({ dtype: target.dtype, item: target.item }), found: formatItem(t) },
      { span: s.value.span },
    )
  }
  return { name, tensor: target.coding === undefined ? withItem(scope, t, target.item) : t, span: s.span }
}

/** An output in the user's layout: the batch first, zeros in the padding. */
function finishOutput(scope: Scope, o: { name: string; tensor: Tensor }): Port & { value: Value } {
  const { session } = scope
  const t = inOrder(scope, o.tensor)
  const clean = masked(scope, t, t.axes, 0)
  const axes = clean.axes.filter(a => !a.batch)
  const item = clean.item.map(D.unlabelled)
  const value = expand(scope, { ...clean, item }, [session.batch, ...axes], item)
  return {
    name: o.name,
    dtype: clean.dtype,
    item,
    axes: axes.map(a => ({ name: a.name, size: a.size, ragged: a.lengths !== undefined })),
    ...(clean.coding && { coding: clean.coding }),
    value,
  }
}

function nameDraws(session: Session, inputNames: Map<number, string>): void {
  for (const p of session.root.params) if (p.hint.startsWith('@')) inputNames.set(p.id, p.hint)
}

// ---- names of weights

/** `enc.f.W_i`. Anonymous instances count up in the order of the text: `LSTM`, `LSTM_2`. */
export function pathOf(w: WeightRecord): string {
  const path = (i: Instance): string[] => (i.parent === undefined ? [] : [...path(i.parent), nameIn(i.parent, i)])
  return [...path(w.owner), w.local].join('.')
}

function nameIn(parent: Instance, instance: Instance): string {
  if (!instance.anonymous) return instance.local
  const siblings = [...parent.placed.values()]
    .filter(i => i.local === instance.local)
    .sort((a, b) => a.site.start - b.site.start)
  const taken = parent.parts.has(instance.local) ? 1 : 0
  const place = siblings.indexOf(instance) + 1 + taken
  return place === 1 ? instance.local : `${instance.local}_${place}`
}

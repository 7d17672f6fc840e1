// Applying functions and units: expansion, the lifting rule, and the scan that a cell becomes.
import type { Declaration, Fn, Span, Statement, Unit } from '../../dsl/ast.ts'
import { type Diagnostic, fail, RnnError } from '../../dsl/diagnostics.ts'
import { suggest } from '../../dsl/suggest.ts'
import { type Binding, type Builder, createBodyBuilder, emitScan, zerosLike } from '../ir/builder.ts'
import * as D from '../ir/dim.ts'
import type { Value } from '../ir/graph.ts'
import { runBody } from './body.ts'
import { asInit, asTensor } from './convert.ts'
import { commonOrder, expand, joinAxes, maskOf, tensor, toReal, visibleAxes } from './emit.ts'
import {
  type BoundDim,
  describeEntity,
  type Entity,
  type Instance,
  type ItemBinding,
  type Recipe,
  type Result,
  type States,
} from './entity.ts'
import { Reported } from './report.ts'
import type { Scope, StateDeclaration } from './scope.ts'
import { type Axis, baseOf, formatAxes, formatDims, formatItem, joinFacts, sameItem, type Tensor } from './tensor.ts'
import { sourceText } from './text.ts'
import { knownAxis, knownDim, knownResolver, resolveItem, resolveType } from './types.ts'

interface Given {
  readonly entity: Entity
  readonly span: Span
}

export interface UnitArgs {
  readonly positional: readonly Given[]
  readonly named: ReadonlyMap<string, Given>
  readonly over?: { readonly text: string; readonly span: Span }
}

const plural = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`

// ---- functions

/** A function is expanded at each call: its body's equations, with its parameters as names. */
export function applyFn(scope: Scope, fn: Fn, given: UnitArgs, span: Span): Entity {
  return expanding(scope, fn, span, () => {
    const names = bindParameters(scope, fn.name.text, fn.params, given, span)
    const inner: Scope = {
      ...scope,
      place: fn.name.text,
      kind: 'fn',
      names: new Map(names),
      primes: new Map(),
      states: new Map(),
      later: laterNames(fn.body),
      call:
        fn.span.file.startsWith('std/') && scope.call !== undefined && scope.kind === 'fn'
          ? scope.call
          : {
              callee: fn.name.text,
              argument: given.positional[0] === undefined ? '' : sourceText(scope, given.positional[0].span),
              span,
            },
    }
    const { returned } = runBody(inner, fn.body)
    if (returned === undefined) fail('RNN115', { kind: 'fn', name: fn.name.text }, { span: fn.name.span })
    return returned
  })
}

/** Parameters of an fn or hyper-parameters of a template: given in order, by name, or by default. */
function bindParameters(
  scope: Scope,
  callee: string,
  params: Fn['params'],
  given: UnitArgs,
  span: Span,
): ReadonlyMap<string, Entity> {
  const bound = new Map<string, Entity>()
  if (given.positional.length > params.length) {
    fail(
      'RNN208',
      {
        callee,
        expected: plural(params.length, 'argument'),
        found: given.positional.length === 1 ? '1 was' : `${given.positional.length} were`,
      },
      { span },
    )
  }
  for (const [i, g] of given.positional.entries()) bound.set(params[i].name.text, g.entity)
  for (const [name, g] of given.named) {
    const names = params.map(p => p.name.text)
    if (!names.includes(name)) {
      const near = suggest(name, names)
      fail(
        'RNN105',
        { kind: 'argument', name },
        { span: g.span, help: near === undefined ? `it takes (${names.join(', ')})` : `did you mean \`${near}\`?` },
      )
    }
    if (bound.has(name)) fail('RNN107', { name }, { span: g.span })
    bound.set(name, g.entity)
  }
  for (const param of params) {
    const name = param.name.text
    if (bound.has(name)) continue
    if (param.default === undefined) fail('RNN209', { callee, name }, { span })
    // A default may use the parameters before it, and nothing else of the caller.
    bound.set(name, scope.session.evaluate(topScope(scope, new Map(bound)), param.default))
  }
  return bound
}

/** A scope that sees the top level and some names. */
const topScope = (scope: Scope, names: Map<string, Entity>): Scope => ({
  ...scope,
  names,
  primes: new Map(),
  states: new Map(),
  axes: new Map(),
  later: new Map(),
  instance: undefined,
  initial: undefined,
})

/** Guards against recursion, and puts errors found inside a unit beside the place that used it. */
function expanding<T>(scope: Scope, unit: Unit | Fn, span: Span, expand: () => T): T {
  const { expanding: stack } = scope.session
  if (stack.includes(unit)) {
    const cycle = [...stack.slice(stack.indexOf(unit)), unit].map(u => u.name.text).join(' → ')
    fail('RNN227', { unit: unit.name.text, cycle }, { span })
  }
  stack.push(unit)
  try {
    return expand()
  } catch (error) {
    if (!(error instanceof RnnError)) throw error
    throw new RnnError(error.diagnostics.map(d => located(d, unit, span)))
  } finally {
    stack.pop()
  }
}

/** An error inside the library is reported at the call; one inside the user's own unit names the call as well. */
function located(d: Diagnostic, unit: Unit | Fn, call: Span): Diagnostic {
  const inLibrary = d.span?.file.startsWith('std/') ?? false
  if (inLibrary && !call.file.startsWith('std/')) return { ...d, span: call }
  if (inLibrary || d.span === undefined || d.span.file !== unit.span.file) return d
  const inside = d.span.start >= unit.span.start && d.span.end <= unit.span.end
  const text = `in this use of \`${unit.name.text}\``
  return inside && !d.labels?.some(l => l.span === call)
    ? { ...d, labels: [...(d.labels ?? []), { span: call, text }] }
    : d
}

export function laterNames(body: readonly Statement[]): Map<string, Span> {
  return new Map(
    body.flatMap((s): [string, Span][] => {
      if (s.kind === 'equation' && !s.primed) return [[s.name.text, s.name.span]]
      if (s.kind === 'part' || s.kind === 'output') return [[s.name.text, s.name.span]]
      return []
    }),
  )
}

// ---- recipes and instances

export function makeRecipe(scope: Scope, unit: Unit, given: UnitArgs, span: Span): Recipe | never {
  if (unit.unit === 'model') fail('RNN313', { model: unit.name.text }, { span })
  const params = unit.params.map(p => p.name.text).join(', ')
  for (const g of [...given.positional, ...given.named.values()]) {
    if (g.entity.kind === 'tensor' || g.entity.kind === 'result') {
      fail(
        'RNN224',
        { callee: unit.name.text, params, value: sourceText(scope, g.span) },
        {
          span: g.span,
          help: `write \`${sourceText(scope, g.span)} |> ${unit.name.text}${unit.params.length > 0 ? `(${params})` : ''}\``,
        },
      )
    }
  }
  const hypers = bindParameters(scope, unit.name.text, unit.params, given, span)
  return { kind: 'recipe', unit, hypers, text: sourceText(scope, span) }
}

/** The instance that a recipe makes where it is applied in place: one for each place of each unit's text. */
export function instanceOf(scope: Scope, recipe: Recipe, site: Span): Instance {
  if (scope.instance === undefined)
    return fail('RNN114', { statement: recipe.text, place: 'a function' }, { span: site })
  const key = `${site.file}:${site.start}`
  const known = scope.instance.placed.get(key)
  if (known !== undefined) return known
  const made = newInstance(recipe, scope.instance, recipe.via ?? recipe.unit.name.text, true, site)
  scope.instance.placed.set(key, made)
  return made
}

export function newInstance(
  recipe: Recipe,
  parent: Instance | undefined,
  local: string,
  anonymous: boolean,
  site: Span,
): Instance {
  return {
    kind: 'instance',
    unit: recipe.unit,
    hypers: recipe.hypers,
    parent,
    local,
    anonymous,
    site,
    dims: new Map(),
    items: new Map(),
    weights: new Map(),
    parts: new Map(),
    placed: new Map(),
    axes: new Map(),
  }
}

// ---- units

interface Argument {
  readonly name: string
  readonly tensor: Tensor
  readonly span: Span
  readonly declaration: Declaration
  /** The caller's axes that the declaration names, by the declaration's name. */
  readonly declared: ReadonlyMap<string, Axis>
}

/** Applies an instance: a layer maps over what is left of its arguments' axes; a cell scans one of them. */
export function applyInstance(scope: Scope, instance: Instance, given: UnitArgs, span: Span): Entity {
  const { unit } = instance
  return expanding(scope, unit, span, () => {
    const inputs = unit.body.flatMap(s => (s.kind === 'input' ? [s] : []))
    const args = bindArguments(scope, instance, inputs, given, span)
    const states = givenStates(scope, instance, given, span)
    const names = new Map<string, Entity>()
    for (const [name, e] of instance.hypers) names.set(name, labelledHyper(name, e))
    const axes = new Map<string, Axis>()
    const inner: Scope = {
      session: scope.session,
      builder: scope.builder,
      place: unit.name.text,
      kind: unit.unit,
      names,
      primes: new Map(),
      states: new Map(),
      axes,
      instance,
      steps: scope.steps,
      later: laterNames(unit.body),
    }
    const matched = args.map(arg => matchArgument(scope, inner, arg))
    const lead = leadOf(scope, matched, span)
    const result =
      unit.unit === 'cell'
        ? applyCell(scope, inner, instance, matched, states, lead, given, span)
        : applyLayer(scope, inner, instance, matched, given, span)
    return { ...result, name: sourceText(scope, span) }
  })
}

const labelledHyper = (name: string, e: Entity): Entity =>
  e.kind === 'dim'
    ? { kind: 'dim', dim: D.labelled(D.unlabelled(e.dim), D.symbol(name)) }
    : e.kind === 'recipe'
      ? { ...e, via: name }
      : e

function bindArguments(
  scope: Scope,
  instance: Instance,
  inputs: readonly Declaration[],
  given: UnitArgs,
  span: Span,
): Argument[] {
  const { unit } = instance
  const declared = inputs.flatMap(declaration => declaration.names.map(name => ({ name: name.text, declaration })))
  if (given.positional.length > declared.length) {
    fail(
      'RNN208',
      {
        callee: unit.name.text,
        expected: plural(declared.length, 'input'),
        found: given.positional.length === 1 ? '1 was' : `${given.positional.length} were`,
      },
      { span },
    )
  }
  const stateNames = unit.body.flatMap(s => (s.kind === 'state' ? s.names.map(n => n.text) : []))
  for (const [name, g] of given.named) {
    const known = [...declared.map(d => d.name), ...(unit.unit === 'cell' ? [...stateNames, 'from'] : [])]
    if (!known.includes(name)) {
      const near = suggest(name, known)
      fail(
        unit.unit === 'cell' ? 'RNN309' : 'RNN105',
        { unit: unit.name.text, state: name, kind: 'argument', name },
        { span: g.span, help: near && `did you mean \`${near}\`?` },
      )
    }
  }
  return declared.map(({ name, declaration }, i): Argument => {
    const g = given.positional[i] ?? given.named.get(name)
    if (g === undefined) return fail('RNN209', { callee: unit.name.text, name }, { span })
    return { name, declaration, span: g.span, tensor: asTensor(scope, g.entity, g.span), declared: new Map() }
  })
}

/** Matches an argument's item with its declaration, binding free dims, and finds the axes that the declaration names. */
function matchArgument(scope: Scope, inner: Scope, arg: Argument): Argument {
  const { declaration } = arg
  let { tensor: t } = arg
  const declared = new Map<string, Axis>()
  const visible = visibleAxes(scope, t)
  const taken = new Set<Axis>()
  for (const { name, length } of declaration.type.axes) {
    const known = inner.axes.get(name.text)
    const candidates = visible.filter(a => !taken.has(a))
    const left = declaration.type.axes.length - declared.size
    const axis =
      candidates.find(a => known !== undefined && baseOf(a) === baseOf(known)) ??
      candidates.find(a => a.name === name.text) ??
      (candidates.length === 1 || candidates.length === left ? candidates[0] : undefined)
    if (axis === undefined && candidates.length > 1)
      fail('RNN214', { callee: inner.place, axes: formatAxes(candidates), axis: name.text }, { span: arg.span })
    if (axis === undefined) {
      fail(
        'RNN304',
        { unit: inner.place, found: formatItem(t) },
        { span: arg.span, help: `its input \`${arg.name}\` is over ${name.text}` },
      )
    }
    if (known !== undefined && baseOf(known) !== baseOf(axis)) {
      fail('RNN211', { left: known.name, right: axis.name, value: t.name || arg.name }, { span: arg.span })
    }
    if (length !== undefined) {
      const wanted = knownDim(inner, length, 'the length of an axis')
      if (!D.equal(wanted, axis.size))
        fail(
          'RNN205',
          {
            input: arg.name,
            unit: inner.place,
            declared: `over ${name.text}[${D.formatLabel(wanted)}]`,
            found: `over ${axis.name}[${D.formatLabel(axis.size)}]`,
          },
          { span: arg.span },
        )
    }
    taken.add(axis)
    declared.set(name.text, axis)
    if (known === undefined) inner.axes.set(name.text, axis)
  }
  const item = matchItem(inner, arg, t)
  if (item.dtype === 'real' && t.dtype === 'int') t = toReal(scope, t)
  if (item.dtype !== t.dtype)
    fail(
      'RNN205',
      { input: arg.name, unit: inner.place, declared: formatItem(item), found: formatItem(t) },
      { span: arg.span },
    )
  return { ...arg, declared, tensor: { ...t, item: item.item, coding: item.coding ?? t.coding } }
}

/** The declared item with its free dims bound to the argument's. */
function matchItem(inner: Scope, arg: Argument, t: Tensor): ItemBinding {
  const { instance } = inner
  if (instance === undefined) throw new Error('a unit has an instance')
  const { type } = arg.declaration
  const misfit = (declared: string): never =>
    fail('RNN205', { input: arg.name, unit: inner.place, declared, found: formatItem(t) }, { span: arg.span })
  const match = (expr: Parameters<typeof knownDim>[1], actual: D.Dim): D.Dim => {
    if (expr.kind === 'name' && !instance.hypers.has(expr.name)) {
      const bound = bindDim(inner, instance, expr.name, actual, arg, t)
      inner.names.set(expr.name, { kind: 'dim', dim: bound })
      return bound
    }
    const wanted = knownDim(inner, expr, 'a dim')
    if (!D.equal(wanted, actual))
      misfit(
        type.item.kind === 'tensor'
          ? formatDims(type.item.dims.map((d, i) => (d === expr ? wanted : t.item[i])))
          : D.formatLabel(wanted),
      )
    return wanted
  }
  switch (type.item.kind) {
    case 'tensor': {
      const { dims } = type.item
      if (dims.length !== t.item.length) misfit(`[${dims.map(d => sourceText(inner, d.span)).join(', ')}]`)
      return { dtype: 'real', item: dims.map((d, i) => match(d, t.item[i])) }
    }
    case 'coded': {
      if (t.dtype !== 'int' || t.item.length > 0)
        misfit(`${type.item.coding} of ${sourceText(inner, type.item.size.span)}`)
      if (t.coding === undefined) return misfit(`${type.item.coding} of ${sourceText(inner, type.item.size.span)}`)
      return { dtype: 'int', item: [], coding: { kind: type.item.coding, size: match(type.item.size, t.coding.size) } }
    }
    case 'named': {
      const name = type.item.name.text
      if (name === 'real' || name === 'int' || name === 'bool') {
        if (t.item.length > 0) misfit(name)
        return { dtype: name, item: [] }
      }
      const bound = instance.items.get(name)
      if (bound === undefined) {
        const labelled = t.item.map(D.unlabelled)
        instance.items.set(name, { dtype: t.dtype, item: labelled, coding: t.coding })
        return { dtype: t.dtype, item: labelled, coding: t.coding }
      }
      if (!sameItem(bound.item, t.item) || bound.dtype !== t.dtype) misfit(`${name} = ${formatItem(bound)}`)
      return { ...bound, item: bound.item }
    }
  }
}

function bindDim(inner: Scope, instance: Instance, name: string, actual: D.Dim, arg: Argument, t: Tensor): D.Dim {
  const found = D.unlabelled(actual)
  const bound = instance.dims.get(name)
  if (bound === undefined) {
    const entry: BoundDim = {
      dim: found,
      input: arg.name,
      shown: formatItem({ ...t, item: t.item.map(D.unlabelled) }),
      span: arg.span,
    }
    instance.dims.set(name, entry)
  } else if (!D.equal(bound.dim, found)) {
    fail(
      'RNN202',
      {
        part: instance.local,
        input: bound.input,
        first: bound.shown,
        line: inner.session.lineOf(bound.span),
        dim: name,
        firstDim: D.format(bound.dim),
        secondDim: D.format(found),
      },
      { span: arg.span, labels: [{ span: bound.span, text: 'first used here' }] },
    )
  }
  return D.labelled(found, D.symbol(name))
}

/** The visible axes of the arguments that no declaration names; each argument's must be contained in the largest. */
function leadOf(scope: Scope, args: readonly Argument[], span: Span): Axis[] {
  const leads = args.map(a => visibleAxes(scope, a.tensor).filter(x => ![...a.declared.values()].includes(x)))
  const largest = leads.reduce((a, b) => (b.length > a.length ? b : a), [])
  leads.forEach((lead, i) => {
    if (lead.some(a => !largest.includes(a))) {
      fail(
        'RNN211',
        { left: formatAxes(largest), right: formatAxes(lead), value: args[i].tensor.name || args[i].name },
        { span },
      )
    }
  })
  return largest
}

/** Weights, parts and what else a unit declares, into its scope. Weights are made at the first application. */
function declare(inner: Scope, instance: Instance): void {
  const { session } = inner
  for (const statement of instance.unit.body) {
    if (statement.kind === 'part')
      declarePart(inner, instance, statement.name.text, session.evaluate(inner, statement.value), statement.value.span)
    if (statement.kind === 'param') declareParam(inner, instance, statement)
  }
}

export function declarePart(inner: Scope, instance: Instance, name: string, value: Entity, span: Span): void {
  if (inner.names.has(name)) fail('RNN107', { name }, { span })
  const known = instance.parts.get(name)
  const part = known ?? makePart(inner, instance, name, value, span)
  instance.parts.set(name, part)
  inner.names.set(name, part)
}

function makePart(inner: Scope, instance: Instance, name: string, value: Entity, span: Span): Instance {
  if (value.kind === 'instance') return value
  if (value.kind === 'recipe') return newInstance(value, instance, name, false, span)
  if (value.kind === 'template')
    return newInstance(
      makeRecipe(inner, value.unit, { positional: [], named: new Map() }, span),
      instance,
      name,
      false,
      span,
    )
  if (value.kind === 'unknown') throw new Reported()
  return fail(
    'RNN210',
    { what: `part \`${name}\``, expected: 'a recipe, such as `LSTM(100)`, or a part', found: describeEntity(value) },
    { span },
  )
}

export function declareParam(inner: Scope, instance: Instance, declaration: Declaration): void {
  const { session } = inner
  for (const { text: name, span } of declaration.names) {
    if (inner.names.has(name)) fail('RNN107', { name }, { span })
    const resolver = knownResolver(inner, 'a dim of a param', name)
    const axes = declaration.type.axes.map(({ name: axis, length, span: at }) => {
      if (length === undefined) return inner.axes.get(axis.text) ?? knownAxis(inner, axis.text, at)
      const known = instance.axes.get(axis.text)
      const made = known ?? {
        name: axis.text,
        size: D.unlabelled(knownDim(inner, length, 'the length of an axis', name)),
        batch: false,
      }
      instance.axes.set(axis.text, made)
      inner.axes.set(axis.text, made)
      return made
    })
    const ragged = axes.find(a => a.lengths !== undefined)
    if (ragged !== undefined) fail('RNN206', { param: name, axis: ragged.name }, { span: declaration.type.span })
    const type = resolveItem(declaration.type, resolver)
    if (type.dtype !== 'real')
      fail(
        'RNN216',
        { what: `param \`${name}\``, expected: 'reals', found: type.dtype },
        { span: declaration.type.span },
      )
    let record = instance.weights.get(name)
    if (record === undefined) {
      const init =
        declaration.init === undefined
          ? ({ kind: 'draw', initializer: type.item.length >= 2 ? 'glorot_uniform' : 'zeros', args: [] } as const)
          : asInit(session.evaluate({ ...inner, initial: undefined }, declaration.init), declaration.init.span)
      const shape = [...axes.map(a => a.size), ...type.item].map(D.unlabelled)
      const value = session.root.param({ dtype: 'real', shape }, { hint: name, span })
      record = { owner: instance, local: name, value, item: type.item, axes, init }
      instance.weights.set(name, record)
      session.weights.push(record)
    }
    inner.names.set(name, tensor(record.value, record.axes, type.item, { name }))
  }
}

function applyLayer(
  scope: Scope,
  inner: Scope,
  instance: Instance,
  args: readonly Argument[],
  given: UnitArgs,
  span: Span,
): Result {
  if (given.over !== undefined)
    fail('RNN208', { callee: instance.unit.name.text, expected: 'inputs alone', found: '`over` was' }, { span })
  const renamed = separateAxes(scope, inner, args)
  for (const arg of renamed.args) inner.names.set(arg.name, { ...arg.tensor, name: arg.name })
  declare(inner, instance)
  const { returned, outputs } = runBody(inner, instance.unit.body)
  const back = (t: Tensor): Tensor => outside(renamed.restore(t))
  return {
    kind: 'result',
    unit: instance.unit.name.text,
    value: returned === undefined ? undefined : back(asTensor(inner, returned, span)),
    outputs: new Map([...outputs].map(([name, t]) => [name, back(t)])),
    name: '',
  }
}

/** A value as the caller sees it: sizes without the unit's names. */
const outside = (t: Tensor): Tensor => ({ ...t, item: t.item.map(D.unlabelled), name: '' })

/**
 * Where an axis is both declared by one input and mapped over by another (attention of a sequence to itself), the
 * declared one becomes an axis of its own, of the same lengths.
 */
function separateAxes(
  _scope: Scope,
  inner: Scope,
  args: readonly Argument[],
): { args: readonly Argument[]; restore: (t: Tensor) => Tensor } {
  const renamed = new Map<Axis, Axis>()
  const result = args.map(arg => {
    const axes = arg.tensor.axes.map(axis => {
      const mine = [...arg.declared].find(([, a]) => a === axis)
      const mapped = args.some(
        other => other.tensor.axes.includes(axis) && ![...other.declared.values()].includes(axis),
      )
      if (mine === undefined || !mapped) return axis
      const copy = renamed.get(axis) ?? { ...axis, name: mine[0] }
      renamed.set(axis, copy)
      inner.axes.set(mine[0], copy)
      return copy
    })
    return { ...arg, tensor: { ...arg.tensor, axes } }
  })
  const originals = new Map([...renamed].map(([original, copy]) => [copy, original]))
  return {
    args: result,
    restore: t => ({
      ...t,
      axes: t.axes.map(a => {
        const original = originals.get(a)
        return original !== undefined && !t.axes.includes(original) ? original : a
      }),
    }),
  }
}

// ---- cells

function givenStates(scope: Scope, instance: Instance, given: UnitArgs, _span: Span): Map<string, Tensor> {
  const names = instance.unit.body.flatMap(s => (s.kind === 'state' ? s.names.map(n => n.text) : []))
  const states = new Map<string, Tensor>()
  if (instance.unit.unit !== 'cell') return states
  const from = given.named.get('from')
  if (from !== undefined) {
    const { entity } = from
    if (entity.kind !== 'states')
      return fail(
        'RNN310',
        { found: describeEntity(entity), unit: instance.unit.name.text, expected: names.join(', ') },
        { span: from.span },
      )
    const missing = names.find(n => !entity.states.has(n))
    const extra = [...entity.states.keys()].find(n => !names.includes(n))
    if (missing !== undefined || extra !== undefined) {
      fail(
        'RNN310',
        { found: [...entity.states.keys()].join(', '), unit: instance.unit.name.text, expected: names.join(', ') },
        { span: from.span },
      )
    }
    for (const [name, t] of entity.states) states.set(name, t)
  }
  for (const name of names) {
    const g = given.named.get(name)
    if (g !== undefined) states.set(name, asTensor(scope, g.entity, g.span))
  }
  return states
}

function applyCell(
  scope: Scope,
  inner: Scope,
  instance: Instance,
  args: readonly Argument[],
  states: ReadonlyMap<string, Tensor>,
  lead: readonly Axis[],
  given: UnitArgs,
  span: Span,
): Result {
  const unit = instance.unit.name.text
  const axis = scannedAxis(scope, instance, args, states, lead, given, span)
  const over = axis === undefined ? [] : [axis]
  for (const arg of args) inner.names.set(arg.name, { ...arg.tensor, name: arg.name })
  declare(inner, instance)

  const lengths = axis?.lengths
  const outerAxes = joinAxes([
    ...args.map(a => a.tensor),
    ...states.values(),
    ...(lengths === undefined ? [] : [lengths]),
  ]).filter(a => a !== axis)
  const declaredAxes = new Set(args.flatMap(a => [...a.declared.values()]))
  const mapped = outerAxes.filter(a => !declaredAxes.has(a))
  const declarations = stateDeclarations(inner, instance)
  const started = declarations.map(d => startOf(scope, inner, instance, d, states.get(d.name), mapped, span))
  const stateTypes = new Map(declarations.map(d => [d.name, d]))

  const runStep = (
    builder: Builder,
    locals: readonly [string, Tensor][],
    current: readonly Tensor[],
    steps: Scope['steps'],
  ) => {
    const body: Scope = { ...inner, builder, names: new Map(inner.names), states: stateTypes, steps }
    for (const [name, t] of locals) body.names.set(name, t)
    declarations.forEach((d, i) => {
      if (body.names.has(d.name)) fail('RNN107', { name: d.name }, { span: d.span })
      body.names.set(d.name, { ...current[i], item: d.item, coding: d.coding, name: d.name })
    })
    const { returned, outputs } = runBody(body, instance.unit.body)
    const next = declarations.map(d => {
      const value = body.primes.get(d.name)
      if (value === undefined) return fail('RNN302', { state: d.name }, { span: d.span })
      return asTensor(body, value, d.span)
    })
    return { returned: returned === undefined ? undefined : asTensor(body, returned, span), outputs, next, body }
  }

  if (axis === undefined) {
    const { returned, outputs, next } = runStep(inner.builder, [], started, scope.steps)
    const final = new Map(declarations.map((d, i) => [d.name, outside(next[i])]))
    return {
      kind: 'result',
      unit,
      value: returned && outside(returned),
      outputs: new Map([...outputs].map(([name, t]) => [name, outside(t)])),
      states: { kind: 'states', unit, states: final },
      name: '',
    }
  }

  // The scan: arguments over the axis are sliced, the others are constants of the body.
  const ordered = commonOrder(
    scope,
    args.map(a => a.tensor).filter(t => t.axes.includes(axis)),
  )
  const reversed = ordered.some(t => t.reversed.includes(axis))
  const { body, consts } = createBodyBuilder(scope.builder)
  const xs: Binding[] = []
  const slice = (t: Tensor, hint: string): Tensor => {
    const rest = t.axes.filter(a => a !== axis)
    const value = expand(scope, t, [axis, ...rest], t.item)
    const mine = body.param({ dtype: value.dtype, shape: value.shape.slice(1) }, { hint, span })
    xs.push({ outer: value, inner: mine })
    return { ...t, axes: rest, value: mine, reversed: t.reversed.filter(a => a !== axis) }
  }
  const inputs = args.filter(a => a.tensor.axes.includes(axis))
  const locals = inputs.map((a, i): [string, Tensor] => [a.name, { ...slice(ordered[i], a.name), name: a.name }])
  const mask = maskOf(scope, axis)
  const valid = mask && slice(mask, mask.value.hint)
  let step: Tensor | undefined
  const steps = (): readonly Tensor[] => {
    step ??= slice(tensor(scope.builder.emit('iota', [], { size: D.unlabelled(axis.size) }), [axis], []), 'step')
    return [...scope.steps(), step]
  }
  const stateAxes = declarations.map(d => stateLayout(d, mapped))
  const carries: Binding[] = started.map((t, i) => {
    const outer = expand(scope, t, stateAxes[i], t.item)
    return { outer, inner: body.param(outer, { hint: declarations[i].name, span: declarations[i].span }) }
  })
  const current = carries.map((c, i) =>
    tensor(c.inner, stateAxes[i], declarations[i].item, { facts: started[i].facts }),
  )
  const { returned, outputs, next, body: bodyScope } = runStep(body, locals, current, steps)

  const leaving = next.map((t, i): Value => {
    const missing = t.axes.filter(a => !stateAxes[i].includes(a))
    if (missing.length > 0) {
      fail(
        'RNN301',
        {
          state: declarations[i].name,
          declared: typeText(declarations[i]),
          found: `${formatItem(t)} over ${formatAxes(missing)}`,
        },
        { span: declarations[i].span },
      )
    }
    const value = expand(bodyScope, t, stateAxes[i], t.item)
    if (valid === undefined) return value
    const test = expand(bodyScope, valid, stateAxes[i], t.item)
    return body.emit(
      'where',
      [test, value, carries[i].inner],
      {},
      { hint: `${declarations[i].name}'`, span: declarations[i].span },
    )
  })
  const results: [string | undefined, Tensor][] = [
    ...(returned === undefined ? [] : [[undefined, returned] as [undefined, Tensor]]),
    ...outputs,
  ]
  const perStep = results.map(([, t]) => bodyScope.builder.use(t.value))
  const outs = emitScan(
    scope.builder,
    { length: D.unlabelled(axis.size), reverse: reversed, consts, carries, xs },
    body.eqns,
    [...leaving, ...perStep],
  )

  const argFacts = joinFacts(args.map(a => a.tensor))
  const whole = { operation: unit, span, value: 'it' }
  const finals = new Map(
    declarations.map((d, i) => {
      const facts = {
        ...joinFacts([{ facts: argFacts, axes: [] }, next[i]]),
        whole: new Map([...argFacts.whole, [axis, whole]]),
      }
      return [d.name, tensor(outs[i], stateAxes[i], d.item.map(D.unlabelled), { coding: d.coding, facts, name: '' })]
    }),
  )
  const stackedResults = results.map(([, t], i) =>
    outside({
      ...t,
      value: outs[declarations.length + i],
      axes: [axis, ...t.axes],
      reversed: [...t.reversed, ...(reversed ? [axis] : [])],
      facts: joinFacts([{ facts: argFacts, axes: over }, t]),
    }),
  )
  const mainPlace = results.findIndex(([name]) => name === undefined)
  return {
    kind: 'result',
    unit,
    value: mainPlace < 0 ? undefined : stackedResults[mainPlace],
    outputs: new Map(results.flatMap(([name], i) => (name === undefined ? [] : [[name, stackedResults[i]] as const]))),
    states: { kind: 'states', unit, states: finals } satisfies States,
    name: '',
  }
}

/** The axis that a cell scans: the only one of the lead, or the one named; none for a single step with all its states. */
function scannedAxis(
  scope: Scope,
  instance: Instance,
  args: readonly Argument[],
  states: ReadonlyMap<string, Tensor>,
  lead: readonly Axis[],
  given: UnitArgs,
  span: Span,
): Axis | undefined {
  const unit = instance.unit.name.text
  if (given.over !== undefined) {
    const named = scope.axes.get(given.over.text)
    const axis = named && lead.find(a => baseOf(a) === baseOf(named))
    return (
      axis ??
      fail('RNN215', { value: args[0]?.tensor.name || 'the input', axis: given.over.text }, { span: given.over.span })
    )
  }
  if (lead.length > 1)
    return fail('RNN214', { callee: unit, axes: formatAxes(lead), axis: lead[lead.length - 1].name }, { span })
  if (lead.length === 1) return lead[0]
  const declared = instance.unit.body.flatMap(s =>
    s.kind === 'state' ? s.names.map(n => ({ name: n.text, type: s.type })) : [],
  )
  const missing = declared.find(d => !states.has(d.name))
  if (missing === undefined) return undefined
  const insideStep = scope.kind === 'cell'
  if (insideStep || states.size > 0) {
    return fail('RNN305', { unit, state: missing.name, type: sourceText(scope, missing.type.span) }, { span })
  }
  const [first] = args
  return fail(
    'RNN304',
    { unit, found: first === undefined ? 'step' : formatItem(first.tensor) },
    { span, ...lastBefore(scope, first) },
  )
}

/** "remove `last`" where that is what took the sequence away. */
function lastBefore(scope: Scope, arg: Argument | undefined): { help?: string } {
  if (arg === undefined) return {}
  for (const [axis, cause] of arg.tensor.facts.whole) {
    const line = scope.session.lineOf(cause.span)
    if (cause.operation === 'last' || cause.operation === 'first') {
      return {
        help: `remove \`${cause.operation}\` (line ${line}), which kept only the ${cause.operation} step of ${axis.name}`,
      }
    }
  }
  return {}
}

function stateDeclarations(inner: Scope, instance: Instance): StateDeclaration[] {
  return instance.unit.body.flatMap(s => {
    if (s.kind !== 'state') return []
    const type = resolveType(s.type, knownResolver(inner, 'a dim of a state'))
    return s.names.map(name => ({ ...type, name: name.text, span: name.span }))
  })
}

const typeText = (d: StateDeclaration): string => `${formatItem(d)}${d.axes.map(a => ` over ${a.name}`).join('')}`

/** A state's axes: those it declares, and those that the cell is mapped over. */
const stateLayout = (d: StateDeclaration, mapped: readonly Axis[]): Axis[] => [
  ...d.axes,
  ...mapped.filter(a => !a.batch),
  ...mapped.filter(a => a.batch),
]

/** The value of a state as the first step finds it: given, or as declared. */
function startOf(
  scope: Scope,
  inner: Scope,
  instance: Instance,
  d: StateDeclaration,
  given: Tensor | undefined,
  mapped: readonly Axis[],
  span: Span,
): Tensor {
  const axes = stateLayout(d, mapped)
  if (given !== undefined) {
    const t = d.dtype === 'real' ? toReal(scope, given) : given
    if (!sameItem(t.item, d.item) || t.dtype !== d.dtype) {
      fail(
        'RNN205',
        { input: d.name, unit: instance.unit.name.text, declared: typeText(d), found: formatItem(t) },
        { span },
      )
    }
    const extra = visibleAxes(scope, t).filter(a => !axes.includes(a))
    if (extra.length > 0)
      fail(
        'RNN211',
        { left: formatAxes(axes.filter(a => !a.batch)), right: formatAxes(extra), value: d.name },
        { span },
      )
    return { ...t, item: d.item }
  }
  const declaration = instance.unit.body.find(s => s.kind === 'state' && s.names.some(n => n.text === d.name))
  const init = declaration?.kind === 'state' ? declaration.init : undefined
  if (init === undefined) {
    const zero = zerosLike(scope.builder, { dtype: d.dtype, shape: d.item.map(D.unlabelled) })
    return tensor(zero, [], d.item, { name: '' })
  }
  const made = asTensor(
    { ...inner, initial: { item: d.item, axes } },
    scope.session.evaluate({ ...inner, initial: { item: d.item, axes } }, init),
    init.span,
  )
  const typed = d.dtype === 'real' ? toReal(scope, made) : made
  if (typed.dtype !== d.dtype || (typed.item.length > 0 && !sameItem(typed.item, d.item))) {
    fail('RNN204', { name: d.name, declared: typeText(d), found: formatItem(made) }, { span: init.span })
  }
  if (typed.item.length === d.item.length) return typed
  return tensor(expand(scope, typed, typed.axes, d.item), typed.axes, d.item, { facts: typed.facts, name: '' })
}

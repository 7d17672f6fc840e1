// Applying functions and units: expansion, the lifting rule, and the scan that a cell becomes.
import type { Declaration, Fn, Part, Span, Statement, Unit } from '../../dsl/ast.ts'
import { type Diagnostic, diagnostic, fail, RnnError } from '../../dsl/diagnostics.ts'
import { didYouMean } from '../../dsl/suggest.ts'
import { type Binding, type Builder, createBodyBuilder, emitScan, zerosLike } from '../ir/builder.ts'
import * as D from '../ir/dim.ts'
import type { Value } from '../ir/graph.ts'
import { runBody } from './body.ts'
import { asInit, asTensor } from './convert.ts'
import { checkNesting, commonOrder, expand, joinAxes, maskOf, tensor, toReal, visibleAxes } from './emit.ts'
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
import { each, Reported } from './report.ts'
import type { Scope, StateDeclaration } from './scope.ts'
import {
  type Axis,
  baseOf,
  type Cause,
  type Facts,
  formatAxes,
  formatBoth,
  formatDims,
  formatItem,
  joinFacts,
  sameItem,
  type Tensor,
} from './tensor.ts'
import { quoted, sourceText } from './text.ts'
import { knownAxis, knownDim, knownResolver, resolveItem, resolveType } from './types.ts'

/** An argument; `name` is the place of its name, if it was given by name. */
export interface Given {
  readonly entity: Entity
  readonly span: Span
  readonly name?: Span
}

export interface UnitArgs {
  readonly positional: readonly Given[]
  readonly named: ReadonlyMap<string, Given>
  readonly over?: { readonly text: string; readonly span: Span }
}

const plural = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`

/** For "takes 2 arguments, but … given". */
export const counted = (n: number): string => (n === 1 ? '1 was' : `${n} were`)

/** `2 arguments: (p, y)`, `no inputs`. */
const expected = (names: readonly string[], what: string): string =>
  names.length === 0 ? `no ${what}s` : `${plural(names.length, what)}: (${names.join(', ')})`

// ---- functions

/** A function is expanded at each call: its body's equations, with its parameters as names. */
export function applyFn(scope: Scope, fn: Fn, given: UnitArgs, span: Span): Entity {
  return expanding(scope, fn, span, () => {
    const names = bindParameters(scope, fn.name.text, fn.params, 'argument', given, span)
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
    return returned.kind === 'tensor' ? seenFrom(fn, span, returned) : returned
  })
}

/** Parameters of an fn or hyper-parameters of a template: given in order, by name, or by default. */
function bindParameters(
  scope: Scope,
  callee: string,
  params: Fn['params'],
  what: 'argument' | 'hyper-parameter',
  given: UnitArgs,
  span: Span,
): ReadonlyMap<string, Entity> {
  const bound = new Map<string, Entity>()
  const names = params.map(p => p.name.text)
  const takes = { callee, expected: expected(names, what) }
  if (given.over !== undefined) {
    const help =
      what === 'argument' ? undefined : `first \`part f = ${callee}(…)\`, then \`f(x, over ${given.over.text})\``
    fail('RNN208', { ...takes, found: '`over` was' }, { span: given.over.span, ...(help && { help }) })
  }
  if (given.positional.length > params.length)
    fail('RNN208', { ...takes, found: counted(given.positional.length) }, { span })
  for (const [i, g] of given.positional.entries()) bound.set(params[i].name.text, g.entity)
  for (const [name, g] of given.named) {
    const at = g.name ?? g.span
    if (!names.includes(name)) {
      const help = didYouMean(name, names) ?? `${callee} takes ${takes.expected}`
      fail('RNN105', { kind: what, name }, { span: at, help })
    }
    if (bound.has(name)) fail('RNN107', { name }, { span: at, help: 'it is also given by its place' })
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
function expanding<T>(scope: Scope, unit: Unit | Fn, span: Span, expand: () => T, instance?: Instance): T {
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
    throw new RnnError(error.diagnostics.map(d => located(d, unit, span, instance)))
  } finally {
    stack.pop()
  }
}

/** An error inside the library is reported at the call; one inside the user's own unit names the call as well. */
function located(d: Diagnostic, unit: Unit | Fn, call: Span, instance: Instance | undefined): Diagnostic {
  if (d.span === undefined || inLibrary(call)) return d
  const { text: name } = unit.name
  const declared =
    instance === undefined || instance.anonymous || inLibrary(instance.site) || isWithin(call, instance.site)
      ? []
      : [{ span: instance.site, text: `\`${instance.local}\` is declared here` }]
  const labels = [...(d.labels ?? []).filter(l => !inLibrary(l.span)), ...declared]
  if (inLibrary(d.span)) {
    const caret = d.caret === undefined ? `inside \`${name}\`` : `inside \`${name}\`: ${d.caret}`
    return { ...d, span: call, caret, labels }
  }
  if (!isWithin(d.span, unit.span)) return d
  return { ...d, labels: [...labels, { span: call, text: `in this use of \`${name}\`` }] }
}

const inLibrary = (span: Span): boolean => span.file.startsWith('std/')

const isWithin = (a: Span, b: Span): boolean => a.file === b.file && a.start >= b.start && a.end <= b.end

/** A value that a unit of the library gave: what it did along the way is told as what the unit did. */
function seenFrom(unit: Unit | Fn, call: Span, t: Tensor): Tensor {
  if (!inLibrary(unit.span) || inLibrary(call)) return t
  const own = (causes: ReadonlyMap<Axis, Cause>): Map<Axis, Cause> =>
    new Map(
      [...causes].map(([axis, c]) => [
        axis,
        inLibrary(c.span) ? { ...c, operation: unit.name.text, span: call, value: 'its argument' } : c,
      ]),
    )
  return { ...t, facts: { ...t.facts, ahead: own(t.facts.ahead), whole: own(t.facts.whole) } }
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

/** `units, …`: those that must be given, and whether there are others. */
export function hyperParameters(unit: Unit): string {
  const needed = unit.params.filter(p => p.default === undefined).map(p => p.name.text)
  return (needed.length < unit.params.length ? [...needed, '…'] : needed).join(', ')
}

export function makeRecipe(scope: Scope, unit: Unit, given: UnitArgs, span: Span): Recipe | never {
  if (unit.unit === 'model') fail('RNN313', { model: unit.name.text }, { span })
  const params = hyperParameters(unit)
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
  const hypers = bindParameters(scope, unit.name.text, unit.params, 'hyper-parameter', given, span)
  return { kind: 'recipe', unit, hypers, span, text: sourceText(scope, span) }
}

/** The instance that a recipe makes where it is applied in place: one for each place of each unit's text. */
export function instanceOf(scope: Scope, recipe: Recipe, site: Span): Instance {
  if (scope.instance === undefined || scope.kind === 'fn') {
    const help = 'a function has no weights: apply a part, or make it a `layer`'
    return fail('RNN114', { statement: recipe.text, place: 'a function' }, { span: site, help })
  }
  const key = `${site.file}:${site.start}`
  const known = scope.instance.placed.get(key)
  if (known !== undefined) return known
  if (recipe.via !== undefined) warnOfCopies(scope, recipe.via, site)
  const made = newInstance(recipe, scope.instance, recipe.via ?? recipe.unit.name.text, true, site)
  scope.instance.placed.set(key, made)
  return made
}

/** RNN222 where a unit applies the recipe of one hyper-parameter in place again. */
function warnOfCopies(scope: Scope, name: string, site: Span): void {
  const before = [...(scope.instance?.placed.values() ?? [])].find(i => i.local === name)
  if (before === undefined || inLibrary(site)) return
  const labels = [{ span: before.site, text: 'first applied here' }]
  scope.session.warnings.push(diagnostic('RNN222', { name }, { span: site, labels }))
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
    text: recipe.text,
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
  const apply = (): Entity => {
    const inputs = unit.body.flatMap(s => (s.kind === 'input' ? [s] : []))
    const args = bindArguments(scope, instance, inputs, given, span)
    const states = givenStates(scope, instance, given)
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
    const matched = each(args, arg => matchArgument(scope, inner, arg))
    const lead = leadOf(scope, matched, span)
    const result =
      unit.unit === 'cell'
        ? applyCell(scope, inner, instance, matched, states, lead, given, span)
        : applyLayer(inner, instance, matched, given, span)
    const seen = (t: Tensor): Tensor => seenFrom(unit, span, t)
    const seenAll = (of: ReadonlyMap<string, Tensor>) => new Map([...of].map(([name, t]) => [name, seen(t)]))
    return {
      ...result,
      value: result.value && seen(result.value),
      outputs: seenAll(result.outputs),
      states: result.states && { ...result.states, states: seenAll(result.states.states) },
      name: sourceText(scope, span),
    }
  }
  return expanding(scope, unit, span, apply, instance)
}

export const labelledHyper = (name: string, e: Entity): Entity =>
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
    const takes = expected(
      declared.map(d => d.name),
      'input',
    )
    fail('RNN208', { callee: unit.name.text, expected: takes, found: counted(given.positional.length) }, { span })
  }
  const stateNames = unit.body.flatMap(s => (s.kind === 'state' ? s.names.map(n => n.text) : []))
  for (const [name, g] of given.named) {
    const known = [...declared.map(d => d.name), ...(unit.unit === 'cell' ? [...stateNames, 'from'] : [])]
    if (!known.includes(name)) {
      fail(
        unit.unit === 'cell' ? 'RNN309' : 'RNN105',
        { unit: unit.name.text, state: name, kind: 'input', name },
        { span: g.name ?? g.span, help: didYouMean(name, unit.unit === 'cell' ? stateNames : known) },
      )
    }
  }
  return each([...declared.entries()], ([i, { name, declaration }]): Argument => {
    const named = given.named.get(name)
    if (given.positional[i] !== undefined && named !== undefined)
      fail('RNN107', { name }, { span: named.name ?? named.span, help: 'it is also given by its place' })
    const g = given.positional[i] ?? named
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
      fail(
        'RNN211',
        { left: known.name, right: axis.name, value: quoted(t.name, `\`${arg.name}\``) },
        { span: arg.span },
      )
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
        {
          left: formatAxes(largest),
          right: formatAxes(lead),
          value: quoted(args[i].tensor.name, `\`${args[i].name}\``),
        },
        { span },
      )
    }
  })
  return largest
}

/** Weights, parts and what else a unit declares, into its scope. Weights are made at the first application. */
function declare(inner: Scope, instance: Instance): void {
  for (const statement of instance.unit.body) {
    if (statement.kind === 'part') declarePart(inner, instance, statement)
    if (statement.kind === 'param') declareParam(inner, instance, statement)
  }
}

export function declarePart(inner: Scope, instance: Instance, declaration: Part): void {
  const { text: name, span } = declaration.name
  if (inner.names.has(name)) fail('RNN107', { name }, { span })
  const { value } = declaration
  const known = instance.parts.get(name)
  const part = known ?? makePart(inner, instance, name, inner.session.evaluate(inner, value), value.span)
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
    { what: `part \`${name}\``, expected: 'a recipe or another part', found: describeEntity(value) },
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

function applyLayer(inner: Scope, instance: Instance, args: readonly Argument[], given: UnitArgs, span: Span): Result {
  if (given.over !== undefined)
    fail(
      'RNN208',
      { callee: instance.unit.name.text, expected: 'its inputs alone', found: '`over` was' },
      { span: given.over.span },
    )
  const renamed = separateAxes(inner, args)
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

/** Sizes without the unit's names, as the caller sees them. */
const plainItem = <T extends { readonly item: readonly D.Dim[] }>(t: T): T => ({ ...t, item: t.item.map(D.unlabelled) })

const outside = (t: Tensor): Tensor => ({ ...plainItem(t), name: '' })

/**
 * Where an axis is both declared by one input and mapped over by another (attention of a sequence to itself), the
 * declared one becomes an axis of its own, of the same lengths.
 */
function separateAxes(
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
    restore: t => {
      const axes = t.axes.map(a => {
        const original = originals.get(a)
        return original !== undefined && !t.axes.includes(original) ? original : a
      })
      // What was read of the copy was read of the axis itself: at each of its elements, all of them.
      const known = (causes: ReadonlyMap<Axis, Cause>) =>
        new Map([...causes].map(([a, c]) => [originals.get(a) ?? a, c] as const))
      const facts: Facts = { ...t.facts, ahead: known(t.facts.ahead), whole: known(t.facts.whole) }
      return { ...t, axes, facts: joinFacts([{ axes, facts }]) }
    },
  }
}

// ---- cells

/** A value for a state, and where it was given; `record` if it came by `from`. */
interface GivenState extends Tensor {
  readonly span: Span
  readonly record: boolean
}

function givenStates(scope: Scope, instance: Instance, given: UnitArgs): Map<string, GivenState> {
  const names = instance.unit.body.flatMap(s => (s.kind === 'state' ? s.names.map(n => n.text) : []))
  const states = new Map<string, GivenState>()
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
    for (const [name, t] of entity.states) states.set(name, { ...t, span: from.span, record: true })
  }
  for (const name of names) {
    const g = given.named.get(name)
    if (g !== undefined) states.set(name, { ...asTensor(scope, g.entity, g.span), span: g.span, record: false })
  }
  return states
}

function applyCell(
  scope: Scope,
  inner: Scope,
  instance: Instance,
  args: readonly Argument[],
  states: ReadonlyMap<string, GivenState>,
  lead: readonly Axis[],
  given: UnitArgs,
  span: Span,
): Result {
  const unit = instance.unit.name.text
  const axis = scannedAxis(scope, inner, instance, args, states, lead, given, span)
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
  if (axis !== undefined) checkNesting(outerAxes, axis, span)
  const declarations = stateDeclarations(inner, instance)
  const started = declarations.map(d => startOf(scope, inner, instance, d, states.get(d.name), mapped))
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

  const argFacts = scanned(joinFacts(args.map(a => a.tensor)), axis, reversed)
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

/** What a scan has read: at each step all before it, or all after it. */
function scanned(facts: Facts, axis: Axis, reversed: boolean): Facts {
  const before = facts.ahead.get(axis)
  return before === undefined
    ? facts
    : { ...facts, ahead: new Map([...facts.ahead, [axis, { ...before, backward: reversed }]]) }
}

/** The axis that a cell scans: the only one of the lead, or the one named; none for a single step with all its states. */
function scannedAxis(
  scope: Scope,
  inner: Scope,
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
      fail(
        'RNN215',
        { value: quoted(args[0]?.tensor.name ?? '', 'its input'), axis: given.over.text },
        { span: given.over.span, help: lead.length === 0 ? undefined : `it is over ${formatAxes(lead)}` },
      )
    )
  }
  if (lead.length > 1)
    return fail('RNN214', { callee: unit, axes: formatAxes(lead), axis: lead[lead.length - 1].name }, { span })
  if (lead.length === 1) return lead[0]
  const missing = stateDeclarations(inner, instance).find(d => !states.has(d.name))
  if (missing === undefined) return undefined
  const insideStep = scope.kind === 'cell'
  if (insideStep || states.size > 0) {
    const argument = args[0] === undefined ? '…' : sourceText(scope, args[0].span)
    const values = { unit, state: missing.name, type: formatItem(plainItem(missing)), argument, recipe: instance.text }
    return fail('RNN305', values, { span })
  }
  const [first] = args
  const found = first === undefined ? 'step' : formatItem(plainItem(first.tensor))
  return fail('RNN304', { unit, found }, { span, ...lastBefore(scope, first) })
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
  given: GivenState | undefined,
  mapped: readonly Axis[],
): Tensor {
  const axes = stateLayout(d, mapped)
  if (given !== undefined) {
    const t = d.dtype === 'real' ? toReal(scope, given) : given
    if (!sameItem(t.item, d.item) || t.dtype !== d.dtype) {
      const unit = instance.unit.name.text
      const declared = d.item.length === 0 ? typeText(d) : formatBoth(d.item)
      const found = formatItem(plainItem(t))
      if (given.record)
        fail(
          'RNN310',
          { found: `\`${d.name}\` as ${found}`, unit, expected: `\`${d.name}\` as ${declared}` },
          { span: given.span, help: 'the shapes must be equal too' },
        )
      fail('RNN205', { input: d.name, unit, declared, found }, { span: given.span })
    }
    const extra = visibleAxes(scope, t).filter(a => !axes.includes(a))
    if (extra.length > 0)
      fail(
        'RNN211',
        { left: formatAxes(axes.filter(a => !a.batch)), right: formatAxes(extra), value: `\`${d.name}\`` },
        { span: given.span },
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

// Expressions: what each form of the grammar stands for in a scope.
import type { Arg, Expr, Slice, Span } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { didYouMean, suggest } from '../../dsl/suggest.ts'
import { reshape } from '../ir/builder.ts'
import * as D from '../ir/dim.ts'
import { applyFn } from './applyFn.ts'
import { applyInstance } from './applyInstance.ts'
import { counted, type Given, type UnitArgs } from './arguments.ts'
import { builtins } from './builtins/index.ts'
import { asDim, asInit, asNumber, asTensor } from './convert.ts'
import {
  checkAxes,
  commonItem,
  commonOrder,
  constantTensor,
  contract,
  expand,
  join,
  joinAxes,
  numberPointwise,
  pointwise,
  realPointwise,
  tensor,
  visibleAxes,
} from './emit.ts'
import { describeEntity, type Entity } from './entity.ts'
import { initializers, isInitializer, takes } from './initializers.ts'
import { hyperParameters, instanceOf, makeRecipe } from './recipes.ts'
import { each, Reported } from './report.ts'
import type { Scope } from './scope.ts'
import { type Axis, baseOf, formatDims, formatItem, joinFacts, type Tensor } from './tensor.ts'
import { quoted, sourceText } from './text.ts'

export function evaluate(scope: Scope, expr: Expr): Entity {
  const { span } = expr
  const { builder } = scope
  if (span.file !== '') builder.note = { span }
  switch (expr.kind) {
    case 'number':
      return expr.isInt ? { kind: 'dim', dim: D.constant(expr.value) } : { kind: 'number', value: expr.value }
    case 'string':
      return { kind: 'string', value: expr.value }
    case 'bool':
      return { kind: 'bool', value: expr.value }
    case 'name':
      return lookUp(scope, expr.name, span)
    case 'primed':
      return primed(scope, expr.name, span)
    case 'list':
      return joined(scope, expr.items, span)
    case 'unary':
      return unary(scope, expr.op, evaluate(scope, expr.value), span)
    case 'binary':
      return operation(scope, expr)
    case 'pipe':
      return pipe(scope, expr)
    case 'call':
      return from(callWith(scope, evaluate(scope, expr.callee), expr.args, [], expr), sourceText(scope, span))
    case 'member':
      return member(scope, evaluate(scope, expr.value), expr.name.text, expr)
    case 'index':
      return indexed(scope, asTensor(scope, evaluate(scope, expr.value), expr.value.span), expr.slices, span)
  }
}

// ---- names

function lookUp(scope: Scope, name: string, span: Span): Entity {
  const found = scope.names.get(name) ?? scope.session.topLevel.get(name)
  if (found !== undefined) {
    if (found.kind === 'unknown') throw new Reported()
    return found
  }
  if (name === 'inf') return { kind: 'number', value: Number.POSITIVE_INFINITY }
  const builtin = builtins.get(name)
  if (builtin !== undefined) return { kind: 'builtin', builtin }
  if (isInitializer(name)) return { kind: 'init', init: { kind: 'draw', initializer: name, args: [] }, name }
  const later = scope.later.get(name)
  if (later !== undefined) {
    return fail(
      'RNN109',
      { name, line: lineOf(scope, later) },
      { span, labels: [{ span: later, text: 'defined here' }] },
    )
  }
  const known = [scope.names, scope.session.topLevel, builtins].flatMap(names => [...names.keys()])
  const near = suggest(name, [...known, ...Object.keys(initializers)])
  const axis = scope.axes.has(name) ? `\`${name}\` is an axis; its length is \`length(over ${name})\`` : undefined
  return fail(
    'RNN106',
    { name },
    { span, help: axis ?? (near === undefined ? undefined : `did you mean \`${near}\`?`) },
  )
}

const lineOf = (scope: Scope, span: Span): number | string => scope.session.lineOf(span)

function primed(scope: Scope, name: string, span: Span): Entity {
  const value = scope.primes.get(name)
  if (value?.kind === 'unknown') throw new Reported()
  if (value !== undefined) return value
  if (scope.states.has(name)) return fail('RNN308', { state: name }, { span })
  return fail('RNN306', { name }, { span })
}

// ---- operators

const arithmetic: Readonly<Record<'+' | '-' | '*' | '/', { op: string; number: (a: number, b: number) => number }>> = {
  '+': { op: 'add', number: (a, b) => a + b },
  '-': { op: 'sub', number: (a, b) => a - b },
  '*': { op: 'mul', number: (a, b) => a * b },
  '/': { op: 'div', number: (a, b) => a / b },
}

const comparisons = {
  '==': { op: 'eq', swap: false, not: false },
  '!=': { op: 'eq', swap: false, not: true },
  '<': { op: 'lt', swap: false, not: false },
  '<=': { op: 'le', swap: false, not: false },
  '>': { op: 'lt', swap: true, not: false },
  '>=': { op: 'le', swap: true, not: false },
} as const

const isStatic = (e: Entity): boolean => e.kind === 'number' || e.kind === 'dim'

const numberOf = (e: Entity): number | undefined =>
  e.kind === 'number' ? e.value : e.kind === 'dim' ? D.asNumber(e.dim) : undefined

function unary(scope: Scope, op: '-' | 'not', value: Entity, span: Span): Entity {
  if (op === 'not') {
    if (value.kind === 'bool') return { kind: 'bool', value: !value.value }
    return pointwise(scope, 'not', [bool(scope, value, 'not', span)], span)
  }
  if (value.kind === 'number') return { kind: 'number', value: -value.value }
  if (value.kind === 'dim') return { kind: 'dim', dim: D.multiply(D.constant(-1), value.dim) }
  if (value.kind === 'init' && scope.initial === undefined)
    return { kind: 'init', init: { kind: 'negate', value: value.init } }
  return numberPointwise(scope, 'neg', [asTensor(scope, value, span)], span, '-')
}

function bool(scope: Scope, e: Entity, operator: string, span: Span): Tensor {
  const t = asTensor(scope, e, span)
  return t.dtype === 'bool'
    ? t
    : fail('RNN216', { what: `\`${operator}\``, expected: 'a bool', found: t.dtype }, { span })
}

function operation(scope: Scope, expr: Expr & { kind: 'binary' }): Entity {
  const [left, right] = each([expr.left, expr.right], e => evaluate(scope, e))
  return binary(scope, expr.op, left, right, expr)
}

function binary(
  scope: Scope,
  op: (Expr & { kind: 'binary' })['op'],
  left: Entity,
  right: Entity,
  expr: Expr & { kind: 'binary' },
): Entity {
  const { span } = expr
  const l = (): Tensor => asTensor(scope, left, expr.left.span)
  const r = (): Tensor => asTensor(scope, right, expr.right.span)
  switch (op) {
    case 'and':
    case 'or':
      return pointwise(
        scope,
        op,
        [bool(scope, left, op, expr.left.span), bool(scope, right, op, expr.right.span)],
        span,
      )
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compare(scope, op, left, right, expr)
    case '@':
      return contract(scope, l(), r(), span)
    case '^':
      return power(scope, left, right, expr)
    case '%': {
      const [a, b] = [numberOf(left), numberOf(right)]
      if (a !== undefined && b !== undefined) return staticNumber(a - b * Math.floor(a / b))
      return numberPointwise(scope, 'mod', likeNumbers(scope, left, right, expr), span, '%')
    }
    default: {
      const { op: name, number } = arithmetic[op]
      if (left.kind === 'dim' && right.kind === 'dim' && op !== '/') {
        const dims = { '+': D.add, '-': D.subtract, '*': D.multiply }
        return { kind: 'dim', dim: dims[op](left.dim, right.dim) }
      }
      const [a, b] = [numberOf(left), numberOf(right)]
      if (a !== undefined && b !== undefined) return staticNumber(number(a, b))
      const initial = [left, right].every(e => e.kind === 'init' || isStatic(e))
      if (initial && scope.initial === undefined) {
        return {
          kind: 'init',
          init: { kind: 'binary', op, left: asInit(left, expr.left.span), right: asInit(right, expr.right.span) },
        }
      }
      const operands = likeNumbers(scope, left, right, expr)
      return op === '/'
        ? realPointwise(scope, name, operands, span, op)
        : numberPointwise(scope, name, operands, span, op)
    }
  }
}

const staticNumber = (value: number): Entity => ({ kind: 'number', value })

/** Both as tensors; a static number takes the other's type, unless it is not whole. */
function likeNumbers(scope: Scope, left: Entity, right: Entity, expr: Expr & { kind: 'binary' }): [Tensor, Tensor] {
  const make = (e: Entity, span: Span, other: Entity, otherSpan: Span): Tensor => {
    const value = numberOf(e)
    if (value === undefined || isStatic(other)) return asTensor(scope, e, span)
    return asTensor(scope, other, otherSpan).dtype === 'real' ? constantTensor(scope, value) : asTensor(scope, e, span)
  }
  const [l, r] = [expr.left.span, expr.right.span]
  return [make(left, l, right, r), make(right, r, left, l)]
}

function compare(
  scope: Scope,
  op: keyof typeof comparisons,
  left: Entity,
  right: Entity,
  expr: Expr & { kind: 'binary' },
): Tensor {
  const { op: name, swap, not } = comparisons[op]
  const given = likeNumbers(scope, left, right, expr)
  if (given.some(t => t.dtype === 'bool') && !(op === '==' || op === '!=')) {
    fail('RNN216', { what: `\`${op}\``, expected: 'numbers', found: 'a bool' }, { span: expr.span })
  }
  const mixed = given[0].dtype !== given[1].dtype
  const operands = mixed
    ? given.map(t =>
        t.dtype === 'real' ? t : { ...t, dtype: 'real' as const, value: scope.builder.emit('real', [t.value]) },
      )
    : [...given]
  commonItem(operands, expr.span, op)
  const result = pointwise(scope, name, swap ? operands.reverse() : operands, expr.span, op)
  return not ? pointwise(scope, 'not', [result], expr.span) : result
}

/** x^n: whole exponents up to 4 are products, so that they hold for negative x on every backend. */
function power(scope: Scope, left: Entity, right: Entity, expr: Expr & { kind: 'binary' }): Entity {
  const [a, n] = [numberOf(left), numberOf(right)]
  if (a !== undefined && n !== undefined) return staticNumber(a ** n)
  if (n === 2 || n === 3 || n === 4) {
    const x = asTensor(scope, left, expr.left.span)
    const square = numberPointwise(scope, 'mul', [x, x], expr.span, '^')
    if (n === 2) return square
    return numberPointwise(scope, 'mul', n === 3 ? [square, x] : [square, square], expr.span, '^')
  }
  return realPointwise(
    scope,
    'pow',
    [asTensor(scope, left, expr.left.span), asTensor(scope, right, expr.right.span)],
    expr.span,
    '^',
  )
}

function joined(scope: Scope, items: readonly Expr[], span: Span): Entity {
  const parts = each(items, item => asTensor(scope, evaluate(scope, item), item.span))
  if (parts.length === 0) fail('RNN210', { what: '`[…]`', expected: 'at least one value', found: 'nothing' }, { span })
  return join(scope, parts, span)
}

// ---- members, places

function member(scope: Scope, of: Entity, name: string, expr: Expr & { kind: 'member' }): Entity {
  const missing = (value: string, known: Iterable<string>): never => {
    const all = [...known]
    const near = suggest(name, all)
    const help =
      near !== undefined
        ? `did you mean \`.${near}\`?`
        : all.length > 0
          ? `it has ${all.map(n => `\`.${n}\``).join(', ')}`
          : undefined
    return fail('RNN218', { value, name }, { span: expr.name.span, help })
  }
  switch (of.kind) {
    case 'unknown':
      throw new Reported()
    case 'result': {
      if (name === 'final' && of.states !== undefined) return of.states
      const output = of.outputs.get(name)
      if (output !== undefined) return output
      return missing(`\`${of.name || of.unit}\``, [...of.outputs.keys(), ...(of.states === undefined ? [] : ['final'])])
    }
    case 'states':
      return of.states.get(name) ?? missing(`the record of states of ${of.unit}`, of.states.keys())
    case 'instance': {
      const part = of.parts.get(name)
      if (part !== undefined) return part
      const weight = of.weights.get(name)
      if (weight !== undefined) return tensor(weight.value, weight.axes, weight.item, { name: `${of.local}.${name}` })
      const declared = of.unit.body.flatMap(s => (s.kind === 'param' ? s.names.map(n => n.text) : []))
      if (declared.includes(name)) return fail('RNN223', { part: of.local, param: name }, { span: expr.span })
      return missing(`part \`${of.local}\``, [...of.parts.keys(), ...declared])
    }
    default:
      return missing(`\`${sourceText(scope, expr.value.span)}\``, [])
  }
}

function indexed(scope: Scope, given: Tensor, slices: readonly Slice[], span: Span): Tensor {
  const [only] = slices
  if (slices.length === 1 && only.kind === 'at') {
    const at = evaluate(scope, only.index)
    if (at.kind === 'tensor' || at.kind === 'result') return rowAt(scope, given, asTensor(scope, at, only.span), span)
  }
  if (slices.length > given.item.length)
    fail('RNN217', { index: sourceText(scope, span), shape: formatItem(given) }, { span })
  let t = given
  const kept: D.Dim[] = []
  slices.forEach((slice, d) => {
    const axis = d - given.item.length
    const size = given.item[d]
    const { start, length, keep } = range(scope, slice, size, given)
    const value = scope.builder.emit('slice', [t.value], { axis, start, size: length })
    t = { ...t, value }
    if (keep) kept.push(length)
  })
  const item = [...kept, ...given.item.slice(slices.length)]
  const shape = [...t.axes.map(a => a.size), ...item].map(D.unlabelled)
  return { ...t, item, value: reshape(scope.builder, t.value, shape), coding: undefined, name: '' }
}

function range(scope: Scope, slice: Slice, size: D.Dim, t: Tensor): { start: D.Dim; length: D.Dim; keep: boolean } {
  const place = (e: Expr): D.Dim => asDim(evaluate(scope, e), 'a place', e.span)
  const inside = (d: D.Dim, least: number, span: Span): void => {
    const [at, n] = [D.asNumber(d), D.asNumber(size)]
    if (at !== undefined && (at < 0 || (n !== undefined && at + least > n))) {
      fail('RNN217', { index: D.formatLabel(d), shape: formatDims(t.item) }, { span })
    }
  }
  if (slice.kind === 'at') {
    const start = place(slice.index)
    inside(start, 1, slice.span)
    return { start: D.unlabelled(start), length: D.constant(1), keep: false }
  }
  const start = slice.start === undefined ? D.constant(0) : place(slice.start)
  const stop = slice.stop === undefined ? size : place(slice.stop)
  inside(start, 0, slice.span)
  inside(stop, 0, slice.span)
  const length = D.subtract(stop, start)
  const known = D.asNumber(length)
  if (known !== undefined && known < 0)
    fail(
      'RNN217',
      { index: `${D.formatLabel(start)}:${D.formatLabel(stop)}`, shape: formatDims(t.item) },
      { span: slice.span },
    )
  return { start: D.unlabelled(start), length: D.unlabelled(length), keep: true }
}

/** `E[i]`: row i, for each i. */
function rowAt(scope: Scope, table: Tensor, index: Tensor, span: Span): Tensor {
  if (index.dtype !== 'int' || index.item.length > 0)
    fail('RNN216', { what: 'a place', expected: 'an int', found: formatItem(index) }, { span })
  if (table.item.length === 0) fail('RNN217', { index: index.name || 'this', shape: formatItem(table) }, { span })
  const [rows, places] = [table.item[0], index.coding?.size].map(d => d && D.asNumber(d))
  if (rows !== undefined && places !== undefined && places > rows)
    fail('RNN217', { index: `${index.name || 'this'}: ${formatItem(index)}`, shape: formatItem(table) }, { span })
  const item = table.item.slice(1)
  if (table.axes.length === 0) {
    const value = scope.builder.emit('gather', [table.value, index.value])
    return tensor(value, index.axes, item, { reversed: index.reversed, facts: joinFacts([table, index]), name: '' })
  }
  checkAxes(scope, [table, index], span)
  const [t, i] = commonOrder(scope, [table, index])
  const axes = joinAxes([t, i])
  const value = scope.builder.emit('pick', [expand(scope, t, axes, t.item), expand(scope, i, axes, [])], {
    axis: -t.item.length,
    tail: item.length,
  })
  return tensor(value, axes, item, {
    reversed: [...new Set([...t.reversed, ...i.reversed])],
    facts: joinFacts([t, i]),
    name: '',
  })
}

// ---- calls

function pipe(scope: Scope, expr: Expr & { kind: 'pipe' }): Entity {
  const { callee } = expr
  const target = callee.kind === 'call' ? callee.callee : callee
  const [value, inner] = each([expr.value, target], e => evaluate(scope, e))
  const first = [{ entity: value, span: expr.value.span }]
  const apply = (): Entity => {
    // A template's first call is its hyper-parameters; any other call gets the left side as its first argument.
    if (callee.kind !== 'call') return callWith(scope, inner, [], first, callee)
    if (!takesHypers(inner)) return callWith(scope, inner, callee.args, first, callee)
    return callWith(scope, callWith(scope, inner, callee.args, [], callee), [], first, callee)
  }
  return from(apply(), sourceText(scope, callee.span))
}

const takesHypers = (e: Entity): boolean => e.kind === 'template' && e.unit.hasParams

/** The value with the text that made it. */
function from(e: Entity, source: string): Entity {
  if (e.kind === 'tensor') return { ...e, source }
  return e.kind === 'result' && e.value !== undefined ? { ...e, value: { ...e.value, source } } : e
}

/** Applies what a callee stands for. `first` are values that come before the written arguments. */
function callWith(
  scope: Scope,
  callee: Entity,
  args: readonly Arg[],
  first: readonly { entity: Entity; span: Span }[],
  site: Expr,
): Entity {
  const { span } = site
  const given = collect(scope, args, first)
  switch (callee.kind) {
    case 'unknown':
      throw new Reported()
    case 'template':
      if (first.length > 0 && callee.unit.params.some(p => p.default === undefined)) {
        return fail(
          'RNN224',
          {
            callee: callee.unit.name.text,
            params: hyperParameters(callee.unit),
            value: sourceText(scope, first[0].span),
          },
          { span },
        )
      }
      // Without `(…)` in its declaration, the first call applies it.
      if (first.length > 0 || (!takesHypers(callee) && args.length > 0)) {
        const recipe = makeRecipe(scope, callee.unit, { positional: [], named: new Map() }, span)
        return applyRecipeHere(scope, recipe, given, site)
      }
      return makeRecipe(scope, callee.unit, given, span)
    case 'recipe':
      return applyRecipeHere(scope, callee, given, site)
    case 'instance':
      return applyInstance(scope, callee, given, span)
    case 'fn':
      return applyFn(scope, callee.fn, given, span)
    case 'builtin': {
      const { builtin } = callee
      const [least, most] = builtin.arity
      const all = placed(builtin, given, span)
      if (all.length < least || all.length > most) {
        const expected =
          least === most ? `${least} argument${least === 1 ? '' : 's'}: (${builtin.params})` : `(${builtin.params})`
        fail('RNN208', { callee: builtin.name, expected, found: counted(all.length) }, { span })
      }
      if (given.over !== undefined && !builtin.takesAxis)
        fail(
          'RNN208',
          { callee: builtin.name, expected: `(${builtin.params})`, found: '`over` was' },
          { span: given.over.span },
        )
      const { over } = given
      return builtin.apply({
        scope,
        args: all.map(a => a.entity),
        named: new Map(),
        span,
        place: site.kind === 'call' ? site.callee.span : span,
        over: over && { name: over, axis: t => axisNamed(scope, t, over.text, over.span) },
      })
    }
    case 'init': {
      if (callee.name === undefined || callee.init.kind !== 'draw') break
      if (!isInitializer(callee.name)) break
      const written: readonly (readonly string[])[] = initializers[callee.name]
      const all = placed({ name: callee.name, names: written.at(-1) ?? [] }, given, span)
      const numbers = all.map(a => asNumber(a.entity, `an argument of ${callee.name}`, a.span))
      if (!takes(callee.name, numbers.length)) {
        const expected = written.map(names => `(${names.join(', ')})`).join(' or ')
        fail('RNN208', { callee: callee.name, expected, found: counted(numbers.length) }, { span })
      }
      return { kind: 'init', init: { kind: 'draw', initializer: callee.name, args: numbers } }
    }
  }
  return fail(
    'RNN225',
    { value: sourceText(scope, site.kind === 'call' ? site.callee.span : site.span), found: describeEntity(callee) },
    { span },
  )
}

/** The arguments in the places that a function gives their names. */
function placed(builtin: { name: string; names: readonly string[] }, given: UnitArgs, span: Span): Given[] {
  const all: (Given | undefined)[] = [...given.positional]
  for (const [name, arg] of given.named) {
    const place = builtin.names.indexOf(name)
    const at = arg.name ?? arg.span
    if (place < 0) fail('RNN105', { kind: 'argument', name }, { span: at, help: didYouMean(name, builtin.names) })
    if (all[place] !== undefined) fail('RNN107', { name }, { span: at, help: 'it is also given by its place' })
    all[place] = arg
  }
  return [...all].map(
    g =>
      g ??
      fail('RNN209', { callee: builtin.name, name: builtin.names[all.indexOf(undefined)] ?? 'an argument' }, { span }),
  )
}

function collect(scope: Scope, args: readonly Arg[], first: readonly { entity: Entity; span: Span }[]): UnitArgs {
  const positional: Given[] = [...first]
  const named = new Map<string, Given>()
  let over: { text: string; span: Span } | undefined
  each(args, arg => {
    if (arg.kind === 'over') {
      if (over !== undefined)
        fail('RNN208', { callee: 'a call', expected: 'one `over`', found: 'two were' }, { span: arg.span })
      over = arg.axis
      return
    }
    const given = { entity: evaluate(scope, arg.value), span: arg.value.span }
    if (arg.kind === 'positional') positional.push(given)
    else if (named.has(arg.name.text))
      fail('RNN107', { name: arg.name.text }, { span: arg.name.span, help: 'give it once' })
    else named.set(arg.name.text, { ...given, name: arg.name.span })
  })
  return { positional, named, over }
}

/** The axis that `over name` means for a value: of that name, or what is left of it after `drop_first`. */
function axisNamed(scope: Scope, t: Tensor, name: string, span: Span): Axis {
  const axis = scope.axes.get(name)
  const mine = axis && visibleAxes(scope, t).filter(a => a === axis || baseOf(a) === baseOf(axis))
  if (mine !== undefined && mine.length > 0) return mine[0]
  const axes = visibleAxes(scope, t).map(a => a.name)
  const help = axes.length === 0 ? 'it is over no axis' : `it is over ${axes.join(' and ')}`
  return fail('RNN215', { value: quoted(t.name, 'this value'), axis: name }, { span, help })
}

/** A recipe applied in place: one anonymous instance for this place in the text. */
function applyRecipeHere(scope: Scope, recipe: Entity & { kind: 'recipe' }, given: UnitArgs, site: Expr): Entity {
  return applyInstance(scope, instanceOf(scope, recipe, site.span), given, site.span)
}

// The lifting rule: matches each argument with its declaration and finds the axes that are left over.
import type { Declaration, Span, TypeExpr } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import { didYouMean } from '../../../dsl/suggest.ts'
import * as D from '../../ir/dim.ts'
import type { Argument } from '../axes/argument.ts'
import { sameBaseHint } from '../tensors/checkAxes.ts'
import { toReal } from '../tensors/constants.ts'
import { asTensor } from '../tensors/convert.ts'
import { visibleAxes } from '../tensors/visibleAxes.ts'
import { each } from '../values/collectProblems.ts'
import type { BoundDim, Instance, ItemBinding } from '../values/entity.ts'
import { declaredLength, type Scope } from '../values/scope.ts'
import {
  type Axis,
  baseOf,
  formatAxes,
  formatDims,
  formatItem,
  onlyElement,
  sameItem,
  type Tensor,
} from '../values/tensor.ts'
import { quoted, sourceText } from '../values/wording.ts'
import { expected, type UnitArgs, wereGiven } from './arguments.ts'
import { knownDim } from './typeExpressions.ts'

export function bindArguments(
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
    fail('RNN208', { callee: unit.name.text, expected: takes, found: wereGiven(given.positional.length) }, { span })
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
      fail('RNN107', { name }, { span: named.name ?? named.span, help: 'it is also passed by position' })
    const g = given.positional[i] ?? named
    if (g === undefined) return fail('RNN209', { callee: unit.name.text, name }, { span })
    return { name, declaration, span: g.span, tensor: asTensor(scope, g.entity, g.span), declared: new Map() }
  })
}

/** Matches an argument's item with its declaration, binding free dims, and finds the axes that the declaration names. */
export function matchArgument(scope: Scope, inner: Scope, arg: Argument): Argument {
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
      candidates.find(a => baseOf(a).name === name.text) ??
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
      if (!D.equal(wanted, declaredLength(scope.session, axis)))
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

/** Advice for a number where a vector is taken. */
function asVectorOfOne({ item }: TypeExpr, t: Tensor): { help?: string } {
  const takesVector = item.kind === 'tensor' && item.dims.length === 1
  if (!takesVector || t.item.length > 0 || t.dtype === 'bool') return {}
  return { help: `a number becomes a vector of one in brackets: \`[${t.name || 'x'}]\`` }
}

/** Gives the declared item with its free dims bound to the argument's sizes. Throws RNN205 or RNN202 if they do not fit. */
function matchItem(inner: Scope, arg: Argument, t: Tensor): ItemBinding {
  const { instance } = inner
  if (instance === undefined) throw new Error('a unit has an instance')
  const { type } = arg.declaration
  const misfit = (declared: string, details: { help?: string } = {}): never =>
    fail(
      'RNN205',
      { input: arg.name, unit: inner.place, declared, found: formatItem(t) },
      { span: arg.span, ...asVectorOfOne(type, t), ...details },
    )
  const shown = formatItem({ ...t, item: t.item.map(D.unlabelled) })
  const from = { input: arg.name, shown, span: arg.span }
  const match = (expr: Parameters<typeof knownDim>[1], actual: D.Dim): D.Dim => {
    if (expr.kind === 'name' && !instance.hypers.has(expr.name)) {
      const bound = bindDim(inner, instance, expr.name, actual, from)
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
      if (t.dtype !== 'int' || t.item.length > 0 || t.coding === undefined)
        return misfit(`${type.item.coding} of ${sourceText(inner, type.item.size.span)}`)
      return { dtype: 'int', item: [], coding: { kind: type.item.coding, size: match(type.item.size, t.coding.size) } }
    }
    case 'named': {
      const name = type.item.name.text
      if (name === 'real' || name === 'int' || name === 'bool') {
        if (t.item.length > 0) misfit(name, onlyElement([], t))
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

/** Binds a free dim of a unit to the size that it has in an argument. Throws RNN202 if another argument gave it another size. */
function bindDim(inner: Scope, instance: Instance, name: string, actual: D.Dim, from: Omit<BoundDim, 'dim'>): D.Dim {
  const found = D.unlabelled(actual)
  const bound = instance.dims.get(name)
  if (bound === undefined) {
    instance.dims.set(name, { ...from, dim: found })
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
      { span: from.span, labels: [{ span: bound.span, text: 'first used here' }] },
    )
  }
  return D.labelled(found, D.symbol(name))
}

/** Lists the lead of an argument: its visible axes that its declaration does not name. */
export const leadOfOne = (scope: Scope, a: Argument): Axis[] =>
  visibleAxes(scope, a.tensor).filter(x => ![...a.declared.values()].includes(x))

/** Gives the largest lead of the arguments. Throws RNN211 unless it contains each of the others. */
export function leadOf(scope: Scope, args: readonly Argument[], span: Span): Axis[] {
  const leads = args.map(a => leadOfOne(scope, a))
  const largest = leads.reduce((a, b) => (b.length > a.length ? b : a), [])
  leads.forEach((lead, i) => {
    const extra = lead.filter(a => !largest.includes(a))
    if (extra.length > 0) {
      fail(
        'RNN211',
        {
          left: formatAxes(largest),
          right: formatAxes(lead),
          value: quoted(args[i].tensor.name, `\`${args[i].name}\``),
        },
        { span, ...sameBaseHint(largest, extra) },
      )
    }
  })
  return largest
}

/** Removes the unit's own names for sizes, which mean nothing to the caller. */
export const plainItem = <T extends { readonly item: readonly D.Dim[] }>(t: T): T => ({
  ...t,
  item: t.item.map(D.unlabelled),
})

export const outside = (t: Tensor): Tensor => ({ ...plainItem(t), name: '' })

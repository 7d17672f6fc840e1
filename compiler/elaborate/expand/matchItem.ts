// Matches the item of an argument with the declared one, and binds the free dims and the item variable of the unit.
import type { TypeExpr } from '../../../dsl/ast.ts'
import { fail } from '../../../dsl/diagnostics.ts'
import * as D from '../../ir/dim.ts'
import type { Argument } from '../axes/argument.ts'
import type { BoundDim, Instance, ItemBinding } from '../values/entity.ts'
import { formatDims, formatItem, onlyElement } from '../values/formatType.ts'
import type { Scope } from '../values/scope.ts'
import { sameItem, type Tensor } from '../values/tensor.ts'
import { sourceText } from '../values/wording.ts'
import { plainItem } from './outside.ts'
import { knownDim } from './typeExpressions.ts'

/** Advice for a number where a vector is taken. */
function asVectorOfOne({ item }: TypeExpr, t: Tensor): { help?: string } {
  const takesVector = item.kind === 'tensor' && item.dims.length === 1
  if (!takesVector || t.item.length > 0 || t.dtype === 'bool') return {}
  return { help: `a number becomes a vector of one in brackets: \`[${t.name || 'x'}]\`` }
}

/** Gives the declared item with its free dims bound to the argument's sizes. Throws RNN205 or RNN202 if they do not fit. */
export function matchItem(inner: Scope, arg: Argument): ItemBinding {
  const { instance } = inner
  if (instance === undefined) throw new Error('a unit has an instance')
  const { tensor: t } = arg
  const { type } = arg.declaration
  const misfit = (declared: string, details: { help?: string } = {}): never =>
    fail(
      'RNN205',
      { input: arg.name, unit: inner.place, declared, found: formatItem(t) },
      { span: arg.span, ...asVectorOfOne(type, t), ...details },
    )
  const shown = formatItem(plainItem(t))
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

// Matches an argument with the declaration of its input: the axes that this names, then the item.
import { fail } from '../../../dsl/diagnostics.ts'
import * as D from '../../ir/dim.ts'
import type { Argument } from '../axes/argument.ts'
import { toReal } from '../tensors/constants.ts'
import { visibleAxes } from '../tensors/visibleAxes.ts'
import { formatAxes, formatItem } from '../values/formatType.ts'
import { declaredLength, type Scope } from '../values/scope.ts'
import { type Axis, baseOf } from '../values/tensor.ts'
import { quoted } from '../values/wording.ts'
import { matchItem } from './matchItem.ts'
import { knownDim } from './typeExpressions.ts'

/** Gives the argument as the unit sees it: of the declared item, whose free dims are bound, and with the axes that the declaration names. */
export function matchArgument(scope: Scope, inner: Scope, arg: Argument): Argument {
  const declared = matchAxes(scope, inner, arg)
  const item = matchItem(inner, arg)
  const t = item.dtype === 'real' && arg.tensor.dtype === 'int' ? toReal(scope, arg.tensor) : arg.tensor
  if (item.dtype !== t.dtype)
    fail(
      'RNN205',
      { input: arg.name, unit: inner.place, declared: formatItem(item), found: formatItem(t) },
      { span: arg.span },
    )
  return { ...arg, declared, tensor: { ...t, item: item.item, coding: item.coding ?? t.coding } }
}

/** Finds the axis of an argument for each that its declaration names: of the same base, of that name, or the only one left. */
function matchAxes(scope: Scope, inner: Scope, arg: Argument): Map<string, Axis> {
  const { declaration, tensor: t } = arg
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
  return declared
}

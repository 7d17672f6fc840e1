// Built-in functions that take the first or the last valid element of an axis.
import { diagnostic } from '../../../dsl/diagnostics.ts'
import { inLibrary } from '../../../dsl/standardLibrary.ts'
import { fill, reshape, scalar } from '../../ir/builder.ts'
import * as D from '../../ir/dim.ts'
import { carryNested } from '../axes/nestedAxes.ts'
import { expand, placeOf, shapeOf, tensor } from '../tensors/layout.ts'
import { isStreamed, lastOf, lengthOf } from '../tensors/lengths.ts'
import { masked } from '../tensors/masks.ts'
import { commonOrder } from '../tensors/order.ts'
import { runningValue } from '../tensors/runningValues.ts'
import type { Builtin, Call } from '../values/builtinFunction.ts'
import { newCause, withWhole } from '../values/facts.ts'
import type { Scope } from '../values/scope.ts'
import type { Axis, Tensor } from '../values/tensor.ts'
import { axisOf, builtin, overAxis } from './builtin.ts'

/** Makes `first` or `last`, which takes that valid element of an axis; zero if there is none. */
function end(name: 'first' | 'last'): Builtin {
  return builtin(
    name,
    'x, over S',
    1,
    (call, given) => {
      const { scope } = call
      const axis = axisOf(call, name, given)
      if (name === 'last') warnOfBackward(call, given, axis)
      const taken = (home: Scope, x: Tensor): Tensor => {
        const found = endOf(home, name, x, axis)
        if (name === 'first') scope.session.fromStart.push({ value: found.value, kind: 'first', axis, span: call.span })
        return found
      }
      const t = carryNested(scope, given, { operation: name, outer: axis, span: call.span }, taken)
      const isKnownAtEnd = name === 'last' || t.reversed.includes(axis)
      const facts = isKnownAtEnd ? withWhole(t.facts, axis, newCause(name, call.place, t)) : t.facts
      return { ...taken(scope, t), facts, name: '' }
    },
    overAxis,
  )
}

function endOf(scope: Scope, name: 'first' | 'last', given: Tensor, axis: Axis): Tensor {
  const b = scope.builder
  const size = D.asNumber(axis.size)
  const rest = (t: Tensor): Partial<Tensor> => ({ reversed: t.reversed.filter(a => a !== axis), coding: t.coding })
  const atEnd = (name === 'last') !== given.reversed.includes(axis)
  if (isStreamed(scope, axis)) {
    const t = atEnd ? lastOf(scope, masked(scope, given, [axis], 0), axis) : runningValue(scope, 'first', given, axis)
    return { ...t, ...rest(given) }
  }
  if (axis.lengths === undefined && size !== undefined && size > 0) {
    const axes = given.axes.filter(a => a !== axis)
    const start = D.constant(atEnd ? size - 1 : 0)
    const slice = b.emit('slice', [given.value], { axis: placeOf(given, axis), start, size: D.constant(1) })
    return tensor(reshape(b, slice, shapeOf(axes, given.item)), axes, given.item, rest(given))
  }
  // The index is -1 if there is no element: `pick` gives zero for it.
  const [t, lengths] = commonOrder(scope, [given, lengthOf(scope, axis)])
  const axes = t.axes.filter(a => a !== axis)
  const one = fill(b, scalar(b, 1, 'int'), lengths.value.shape)
  const count = atEnd ? lengths.value : b.emit('min', [lengths.value, one])
  const place = { ...lengths, value: b.emit('sub', [count, one]) }
  const all = [...axes.filter(a => !a.batch), ...[...new Set([...axes, ...place.axes])].filter(a => a.batch)]
  const index = expand(scope, place, all, [])
  const spread = { ...t, axes: [axis, ...all], value: expand(scope, t, [axis, ...all], t.item) }
  const value = b.emit('pick', [spread.value, index], { axis: placeOf(spread, axis), tail: t.item.length })
  return tensor(value, all, t.item, rest(t))
}

/** Warns (RNN341) of `last` on a backward run: where the sequence ends, that run has only begun. */
function warnOfBackward({ scope, place }: Call, t: Tensor, axis: Axis): void {
  const backward = t.facts.ahead.get(axis)?.backward ?? false
  if (!backward || t.reversed.includes(axis) || inLibrary(place)) return
  const value = `\`${t.name || (t.source ?? 'this')}\``
  scope.session.warnings.push(diagnostic('RNN341', { value }, { span: place }))
}

export const endBuiltins: readonly Builtin[] = [end('last'), end('first')]

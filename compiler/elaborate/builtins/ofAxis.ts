// Built-in functions of an axis alone: the places of its elements, its length, and values repeated over it.
import { fail } from '../../../dsl/diagnostics.ts'
import { scalar } from '../../ir/builder.ts'
import { expand, tensor } from '../tensors/layout.ts'
import { isStreamed, lengthOf, placesOf } from '../tensors/lengths.ts'
import { inOrder } from '../tensors/order.ts'
import type { Builtin, Call } from '../values/builtinFunction.ts'
import { joinFacts, newCause } from '../values/facts.ts'
import type { Axis } from '../values/tensor.ts'
import { builtin, overAxis } from './builtin.ts'

export const axisBuiltins: readonly Builtin[] = [
  builtin(
    'position',
    'over S',
    0,
    call => {
      const { scope, span } = call
      const axis = namedAxis(call, 'position')
      const places = placesOf(scope, axis)
      scope.session.fromStart.push({ value: places.value, kind: 'position', axis, span })
      const axes = [axis, ...outerAxes(axis), ...places.axes.filter(a => a.batch)]
      return tensor(expand(scope, places, axes, []), axes, [], { name: '' })
    },
    overAxis,
  ),
  builtin(
    'length',
    'over S',
    0,
    call => {
      const { scope, span } = call
      const axis = namedAxis(call, 'length')
      const length = lengthOf(scope, axis)
      const facts = {
        ...length.facts,
        whole: new Map([[axis, newCause('length', span, { ...length, name: axis.name })]]),
      }
      return { ...length, facts, name: '' }
    },
    overAxis,
  ),
  builtin(
    'repeat',
    'x, over K',
    1,
    (call, given) => {
      const { scope } = call
      const axis = namedAxis(call, 'repeat')
      if (given.axes.includes(axis)) return given
      // Carries out a pending `reverse` of the outer axes, since the lengths of the axis are stored in their proper order.
      const x = inOrder(scope, given, outerAxes(axis))
      // Each example of a stream has a place of its own, so that what is over its axis is over the batch.
      const batch = isStreamed(scope, axis) && !x.axes.some(a => a.batch) ? [scope.session.batch] : []
      const axes = [axis, ...outerAxes(axis).filter(a => !x.axes.includes(a)), ...x.axes, ...batch]
      const facts = joinFacts([{ facts: x.facts, axes }])
      return { ...x, axes, facts, value: expand(scope, x, axes, x.item) }
    },
    overAxis,
  ),
]

/** Lists the axes, besides the batch, along which the lengths of an axis differ: each value over it must be over them too. */
const outerAxes = (axis: Axis): Axis[] => axis.lengths?.axes.filter(a => !a.batch) ?? []

/** Gives the axis that `over` names, for a function that takes it from no value. Throws RNN214 without `over`. */
function namedAxis({ scope, over, span }: Call, name: string): Axis {
  if (over === undefined) return fail('RNN214', { callee: `\`${name}\``, axes: 'none', axis: 'T' }, { span })
  // Looks the axis up in a value over every axis that may be named here.
  return over.axis(tensor(scalar(scope.builder, 0), [...scope.axes.values()], []))
}

// Built-in functions that combine the elements of an item, or the valid elements of an axis.
import { diagnostic, fail } from '../../../dsl/diagnostics.ts'
import { reshape } from '../../ir/builder.ts'
import * as D from '../../ir/dim.ts'
import type { Value } from '../../ir/graph.ts'
import { checkPlaces } from '../axes/nestedAxes.ts'
import { dimTensor, toReal } from '../tensors/constants.ts'
import { placeOf, shapeOf, tensor } from '../tensors/layout.ts'
import { isStreamed, lengthOf } from '../tensors/lengths.ts'
import { masked } from '../tensors/masks.ts'
import { inOrder } from '../tensors/order.ts'
import { numberPointwise, pointwise } from '../tensors/pointwise.ts'
import { runningValue, wholeNumber } from '../tensors/runningValues.ts'
import type { Builtin, Call } from '../values/builtinFunction.ts'
import { newCause, withAhead, withWhole } from '../values/facts.ts'
import { formatItem } from '../values/formatType.ts'
import type { Scope } from '../values/scope.ts'
import type { Axis, Tensor } from '../values/tensor.ts'
import { builtin, overAxis } from './builtin.ts'

/** Makes the result of combining an axis, and records that it is known only at the axis's end. */
function reduced(call: Call, name: string, t: Tensor, axis: Axis, { value, axes }: Tensor): Tensor {
  const facts = withWhole(t.facts, axis, newCause(name, call.place, t))
  return tensor(value, axes, t.item, { reversed: t.reversed.filter(a => a !== axis), facts, name: '' })
}

type Reduction = 'sum' | 'reduce_max' | 'reduce_min' | 'logsumexp' | 'argmax'

const emitReduction = ({ builder }: Scope, op: Reduction, x: Value, axis: number): Value =>
  op === 'sum' ? builder.emit(op, [x], { axes: [axis] }) : builder.emit(op, [x], { axis })

/** Combines the elements along an axis by an op; in a stream, those so far. */
function reducedBy(call: Call, name: string, valid: Tensor, axis: Axis, op: Reduction): Tensor {
  const { scope } = call
  if (isStreamed(scope, axis)) return reduced(call, name, valid, axis, runningValue(scope, op, valid, axis))
  const value = emitReduction(scope, op, valid.value, placeOf(valid, axis))
  const axes = valid.axes.filter(a => a !== axis)
  return reduced(call, name, valid, axis, tensor(value, axes, valid.item))
}

/** Gives the axis that `over` names. Throws RNN228 if its elements would be those at one position of an axis nested in it. */
function along({ span }: Call, over: NonNullable<Call['over']>, name: string, t: Tensor): Axis {
  const axis = over.axis(t)
  checkPlaces(t.axes, axis, `\`${name}\` combines elements`, span)
  return axis
}

/** Warns (RNN344) if a function of several elements gets one alone, and so gives the same result whatever its value. */
function warnOfOne({ scope, span }: Call, size: D.Dim | undefined, operation: string, value: number): void {
  if (size === undefined || D.asNumber(size) !== 1) return
  scope.session.warnings.push(diagnostic('RNN344', { operation, value }, { span }))
}

/** Flattens the item to one vector; throws RNN229 for a scalar. */
function flatItem(call: Call, name: string, t: Tensor): Value {
  if (t.item.length === 0)
    fail(
      'RNN229',
      { operation: `\`${name}\``, expected: 'a vector, or an axis by `over`', found: formatItem(t) },
      { span: call.span },
    )
  return reshape(call.scope.builder, t.value, shapeOf(t.axes, [D.product(t.item)]))
}

function reduction(
  name: string,
  op: Exclude<Reduction, 'argmax'>,
  padding: number,
  keepsInt: boolean,
): Builtin['apply'] {
  return builtin(name, 'x, over S', 1, (call, given) => {
    const t = keepsInt && given.dtype !== 'bool' ? given : toReal(call.scope, given)
    const { scope } = call
    if (call.over === undefined) {
      const value = emitReduction(scope, op, flatItem(call, name, t), -1)
      return tensor(value, t.axes, [], { reversed: t.reversed, facts: t.facts, name: '' })
    }
    const axis = along(call, call.over, name, t)
    // Carries out a pending `reverse`: of equal elements the first gets the gradient, so that an extremum depends on the order.
    const ordered = op === 'reduce_max' || op === 'reduce_min' ? inOrder(scope, t, [axis]) : t
    const valid = masked(scope, ordered, [axis], t.dtype === 'int' ? wholeNumber(padding) : padding)
    return reducedBy(call, name, valid, axis, op)
  }).apply
}

const named = (name: string, apply: Builtin['apply']): Builtin => ({
  name,
  params: 'x, over S',
  arity: [1, 1],
  names: ['x'],
  takesAxis: true,
  apply,
})

/** Makes `max` or `min`: `max(x)` reduces, `max(a, b)` is pointwise. */
function extremum(name: 'max' | 'min', op: 'reduce_max' | 'reduce_min', padding: number): Builtin {
  const one = reduction(name, op, padding, true)
  return {
    name,
    params: 'a, b | x, over S',
    arity: [1, 2],
    names: [],
    takesAxis: true,
    apply: call => {
      if (call.args.length === 1) return one(call)
      if (call.over !== undefined) {
        const expected = `two values, or one and \`over ${call.over.name.text}\``
        fail('RNN208', { callee: name, expected, found: 'both were' }, { span: call.over.name.span })
      }
      return builtin(name, 'a, b', 2, ({ scope, span }, a, b) => numberPointwise(scope, name, [a, b], span)).apply(call)
    },
  }
}

const sum = reduction('sum', 'sum', 0, true)

export const reductionBuiltins: readonly Builtin[] = [
  named('sum', sum),
  /** The mean of nothing is 0. */
  builtin(
    'mean',
    'x, over S',
    1,
    (call, given) => {
      const { scope, span } = call
      const t = toReal(scope, given)
      const axis = call.over && along(call, call.over, 'mean', t)
      const total = sum({ ...call, args: [t] })
      if (total.kind !== 'tensor') throw new Error('sum gives a value')
      if (axis === undefined) return pointwise(scope, 'div', [total, dimTensor(scope, D.product(t.item), 'real')], span)
      const length = toReal(scope, lengthOf(scope, axis))
      const one = dimTensor(scope, D.constant(1), 'real')
      return pointwise(scope, 'div', [total, pointwise(scope, 'max', [length, one], span)], span)
    },
    overAxis,
  ),
  extremum('max', 'reduce_max', Number.NEGATIVE_INFINITY),
  extremum('min', 'reduce_min', Number.POSITIVE_INFINITY),
  named('logsumexp', reduction('logsumexp', 'logsumexp', Number.NEGATIVE_INFINITY, false)),
  /** Acts on the last dim of the item, or over an axis. */
  builtin(
    'softmax',
    'x, over S',
    1,
    (call, given) => {
      const { scope } = call
      const t = toReal(scope, given)
      if (call.over === undefined) {
        if (t.item.length === 0)
          fail(
            'RNN229',
            { operation: '`softmax`', expected: 'a vector, or an axis by `over`', found: formatItem(t) },
            { span: call.span },
          )
        warnOfOne(call, t.item.at(-1), 'softmax', 1)
        return { ...t, value: scope.builder.emit('softmax', [t.value], { axis: -1 }), name: '' }
      }
      const axis = along(call, call.over, 'softmax', t)
      warnOfOne(call, axis.lengths === undefined ? axis.size : undefined, 'softmax', 1)
      const valid = masked(scope, t, [axis], Number.NEGATIVE_INFINITY)
      const value = scope.builder.emit('softmax', [valid.value], { axis: placeOf(valid, axis) })
      const facts = withAhead(t.facts, axis, newCause('softmax', call.place, t))
      return { ...valid, value, facts, name: '' }
    },
    overAxis,
  ),
  builtin(
    'argmax',
    'x, over S',
    1,
    (call, given) => {
      const { scope } = call
      if (call.over === undefined) {
        const value = scope.builder.emit('argmax', [flatItem(call, 'argmax', given)], { axis: -1 })
        warnOfOne(call, D.product(given.item), 'argmax', 0)
        return tensor(value, given.axes, [], { reversed: given.reversed, facts: given.facts, name: '' })
      }
      const axis = along(call, call.over, 'argmax', given)
      warnOfOne(call, axis.lengths === undefined ? axis.size : undefined, 'argmax', 0)
      const valid = masked(scope, inOrder(scope, toReal(scope, given), [axis]), [axis], Number.NEGATIVE_INFINITY)
      return reducedBy(call, 'argmax', valid, axis, 'argmax')
    },
    overAxis,
  ),
]

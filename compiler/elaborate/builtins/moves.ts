// Built-in functions that move the elements of an axis: `reverse`, `drop_first`, `drop_last` and `delay`.
import { fail } from '../../../dsl/diagnostics.ts'
import { broadcast, zerosLike } from '../../ir/builder.ts'
import * as D from '../../ir/dim.ts'
import type { Value } from '../../ir/graph.ts'
import { carryNested, checkPlaces } from '../axes/nestedAxes.ts'
import { shorter } from '../axes/shortenedAxis.ts'
import { checkAxes } from '../tensors/checkAxes.ts'
import { toReal } from '../tensors/constants.ts'
import { asTensor } from '../tensors/convert.ts'
import { expand, joinAxes, placeOf, shapeOf } from '../tensors/layout.ts'
import { isStreamed, placesOf } from '../tensors/lengths.ts'
import { inOrder } from '../tensors/order.ts'
import type { Builtin } from '../values/builtinFunction.ts'
import { joinFacts, newCause, withAhead } from '../values/facts.ts'
import { formatItem, onlyElement } from '../values/formatType.ts'
import type { Scope } from '../values/scope.ts'
import { type Axis, sameItem, type Tensor } from '../values/tensor.ts'
import { axisOf, builtin, overAxis } from './builtin.ts'

/** Makes `drop_first` or `drop_last`, whose result is over T-1. */
function drop(name: 'drop_first' | 'drop_last'): Builtin {
  return builtin(
    name,
    'x, over S',
    1,
    (call, given) => {
      const { scope, span, place } = call
      const axis = axisOf(call, name, given)
      const left = shorter(scope, axis, span)
      const shortened = (where: Scope, x: Tensor): Tensor => {
        const t = inOrder(where, x, [axis])
        if (isStreamed(scope, axis)) return streamedDrop(where, name, t, axis, left)
        const start = D.constant(name === 'drop_first' ? 1 : 0)
        const attrs = { axis: placeOf(t, axis), start, size: D.unlabelled(left.size) }
        const axes = t.axes.map(a => (a === axis ? left : a))
        return { ...t, value: where.builder.emit('slice', [t.value], attrs), axes }
      }
      const t = carryNested(scope, given, { operation: name, outer: axis, span }, shortened)
      // In a stream the shortened axis is one step behind, so that nothing is read ahead.
      const readsAhead = name === 'drop_first' && !isStreamed(scope, axis)
      const facts = readsAhead ? withAhead(t.facts, axis, newCause(name, place, t)) : t.facts
      return { ...shortened(scope, t), facts, name: '' }
    },
    overAxis,
  )
}

/** Drops an end in a stream. An element of the shortened axis is there a step later: `drop_first` takes that one, `drop_last` the one before. */
function streamedDrop(scope: Scope, name: 'drop_first' | 'drop_last', given: Tensor, from: Axis, to: Axis): Tensor {
  const { builder: b } = scope
  if (name === 'drop_first') return { ...given, axes: given.axes.map(a => (a === from ? to : a)) }
  // A state has a row for each example, also of a value that is the same in all.
  const all = joinAxes([given, placesOf(scope, from)])
  const t = { ...given, axes: all, value: expand(scope, given, all, given.item) }
  const rest = all.filter(a => a !== from)
  const start = zerosLike(b, { dtype: t.dtype, shape: shapeOf(rest, t.item) })
  const value = b.emit('shift', [t.value, start], { axis: placeOf(t, from), by: 1 }, { hint: 'before' })
  recordState(scope, t, value)
  return { ...t, axes: all.map(a => (a === from ? to : a)), value }
}

/** Names the element that a shift along the axis of a stream keeps from one window to the next. */
function recordState({ session, instance }: Scope, { name }: Tensor, value: Value): void {
  session.stream?.states.push({ owner: instance, local: name === '' ? 'delayed' : `${name}.delayed`, value })
}

export const moveBuiltins: readonly Builtin[] = [
  builtin(
    'reverse',
    'x, over S',
    1,
    (call, given) => {
      const axis = axisOf(call, 'reverse', given)
      const turn = (x: Tensor): Tensor => {
        const others = x.reversed.filter(a => a !== axis)
        return { ...x, reversed: x.reversed.includes(axis) ? others : [...others, axis] }
      }
      const along = { operation: 'reverse', outer: axis, span: call.span }
      const t = carryNested(call.scope, given, along, (_, lengths) => turn(lengths))
      const turned = { ...newCause('reverse', call.place, t), backward: t.facts.ahead.get(axis)?.backward }
      return { ...turn(t), facts: withAhead(t.facts, axis, turned), name: '' }
    },
    overAxis,
  ),
  drop('drop_first'),
  drop('drop_last'),
  /** Shifts a value by one step, so that it comes late. A target read through it is no longer read at its own step. */
  {
    name: 'delay',
    params: 'x, start = 0, over S',
    arity: [1, 2],
    names: ['x', 'start'],
    takesAxis: true,
    apply: call => {
      const { scope, span } = call
      const given = asTensor(scope, call.args[0], span)
      const axis = axisOf(call, 'delay', given)
      const caret = `before the first element of ${axis.name} there is only \`start\``
      checkPlaces(given.axes, axis, '`delay` moves elements', span, caret)
      const t = inOrder(scope, given)
      const start = inOrder(scope, asTensor(scope, call.args[1] ?? { kind: 'dim', dim: D.constant(0) }, span))
      checkAxes(scope, [t, start], span)
      if (start.axes.includes(axis))
        fail(
          'RNN229',
          { operation: '`start`', expected: `one value for all of ${axis.name}`, found: `one over ${axis.name}` },
          { span },
        )
      if (start.item.length > 0 && !sameItem(start.item, t.item)) {
        fail(
          'RNN203',
          { operation: 'delay', left: formatItem(t), right: formatItem(start) },
          { span, caret: '`start` takes the place of an element', ...onlyElement(t.item, start) },
        )
      }
      const typed = t.dtype === 'real' ? toReal(scope, start) : start
      if (typed.dtype !== t.dtype)
        fail('RNN216', { what: '`start`', expected: `a value of type ${t.dtype}`, found: start.dtype }, { span })
      const places = isStreamed(scope, axis) ? placesOf(scope, axis) : undefined
      const axes = joinAxes([t, start, ...(places === undefined ? [] : [places])])
      const x = { ...t, axes, value: expand(scope, t, axes, t.item) }
      const rest = axes.filter(a => a !== axis)
      const first = expand(scope, typed, rest, t.item)
      const shifted = scope.builder.emit('shift', [x.value, first], { axis: placeOf(x, axis), by: 1 })
      const value =
        axis.dropped === undefined || places === undefined ? shifted : startingAt(scope, x, shifted, first, axis)
      if (places !== undefined) recordState(scope, t, shifted)
      const late = {
        ...t.facts,
        targets: new Set<string>(),
        delayed: new Set([...t.facts.delayed, ...t.facts.targets]),
      }
      return { ...t, value, axes, facts: joinFacts([{ axes, facts: late }, start]), name: '' }
    },
  },
]

/** Puts `first` where a shortened axis of a stream begins, which is a step behind. */
function startingAt(scope: Scope, x: Tensor, shifted: Value, first: Value, axis: Axis): Value {
  const { builder: b } = scope
  const places = expand(scope, placesOf(scope, axis), x.axes, x.item)
  const place = placeOf(x, axis)
  const isStart = b.emit('le', [places, zerosLike(b, places)])
  return b.emit('where', [isStart, broadcast(b, first, [place], [D.unlabelled(axis.size)]), shifted])
}

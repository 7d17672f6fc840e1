// Built-in functions of sequences, which see valid elements only.
import { diagnostic, fail } from '../../../dsl/diagnostics.ts'
import { inLibrary } from '../../../dsl/standardLibrary.ts'
import { broadcast, fill, reshape, scalar, zerosLike } from '../../ir/builder.ts'
import * as D from '../../ir/dim.ts'
import type { Value } from '../../ir/graph.ts'
import { carryNested, checkPlaces } from '../axes/nestedAxes.ts'
import { shorter } from '../axes/shortenedAxis.ts'
import { checkAxes } from '../tensors/checkAxes.ts'
import { toReal } from '../tensors/constants.ts'
import { asTensor } from '../tensors/convert.ts'
import { expand, joinAxes, placeOf, shapeOf, tensor } from '../tensors/layout.ts'
import { isStreamed, lastOf, lengthOf, placesOf } from '../tensors/lengths.ts'
import { masked } from '../tensors/masks.ts'
import { commonOrder, inOrder } from '../tensors/order.ts'
import { runningValue } from '../tensors/runningValues.ts'
import { visibleAxes } from '../tensors/visibleAxes.ts'
import type { Builtin, Call } from '../values/builtinFunction.ts'
import type { Scope } from '../values/scope.ts'
import {
  type Axis,
  formatItem,
  joinFacts,
  newCause,
  onlyElement,
  sameItem,
  type Tensor,
  withAhead,
  withWhole,
} from '../values/tensor.ts'
import { axisOf, builtin } from './builtin.ts'

const overAxis = { takesAxis: true }

const chosen = (call: Call, name: string, t: Tensor): Axis => axisOf(call, name, t, visibleAxes(call.scope, t))

/** Makes `first` or `last`, which takes that valid element of an axis; zero if there is none. */
function end(name: 'first' | 'last'): Builtin {
  return builtin(
    name,
    'x, over S',
    1,
    (call, given) => {
      const { scope } = call
      const axis = chosen(call, name, given)
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

/** Makes `drop_first` or `drop_last`, whose result is over T-1. */
function drop(name: 'drop_first' | 'drop_last'): Builtin {
  return builtin(
    name,
    'x, over S',
    1,
    (call, given) => {
      const { scope, span, place } = call
      const axis = chosen(call, name, given)
      const left = shorter(scope, axis, span)
      const drop = (where: Scope, x: Tensor): Tensor => {
        const t = inOrder(where, x, [axis])
        if (isStreamed(scope, axis)) return streamedDrop(where, name, t, axis, left)
        const start = D.constant(name === 'drop_first' ? 1 : 0)
        const attrs = { axis: placeOf(t, axis), start, size: D.unlabelled(left.size) }
        const axes = t.axes.map(a => (a === axis ? left : a))
        return { ...t, value: where.builder.emit('slice', [t.value], attrs), axes }
      }
      const t = carryNested(scope, given, { operation: name, outer: axis, span }, drop)
      // In a stream the shortened axis is one step behind, so that nothing is read ahead.
      const readsAhead = name === 'drop_first' && !isStreamed(scope, axis)
      const facts = readsAhead ? withAhead(t.facts, axis, newCause(name, place, t)) : t.facts
      return { ...drop(scope, t), facts, name: '' }
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

export const sequenceBuiltins: readonly Builtin[] = [
  end('last'),
  end('first'),
  builtin(
    'reverse',
    'x, over S',
    1,
    (call, given) => {
      const axis = chosen(call, 'reverse', given)
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
      const axis = chosen(call, 'delay', given)
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

/** Puts `first` where a shortened axis of a stream begins, which is a step behind. */
function startingAt(scope: Scope, x: Tensor, shifted: Value, first: Value, axis: Axis): Value {
  const { builder: b } = scope
  const places = expand(scope, placesOf(scope, axis), x.axes, x.item)
  const place = placeOf(x, axis)
  const isStart = b.emit('le', [places, zerosLike(b, places)])
  return b.emit('where', [isStart, broadcast(b, first, [place], [D.unlabelled(axis.size)]), shifted])
}

/** Lists the axes, besides the batch, along which the lengths of an axis differ: each value over it must be over them too. */
const outerAxes = (axis: Axis): Axis[] => axis.lengths?.axes.filter(a => !a.batch) ?? []

/** Gives the axis that `over` names, for a function that takes it from no value. Throws RNN214 without `over`. */
function namedAxis({ scope, over, span }: Call, name: string): Axis {
  if (over === undefined) return fail('RNN214', { callee: `\`${name}\``, axes: 'none', axis: 'T' }, { span })
  // Looks the axis up in a value over every axis that may be named here.
  return over.axis(tensor(scalar(scope.builder, 0), [...scope.axes.values()], []))
}

// Reductions along the axis of a stream: a state holds the value of all elements so far, and each new element changes it.

import type { Builder } from '../../ir/builder.ts'
import { constantLike, createBodyBuilder, emitScan, reshape, zerosLike } from '../../ir/builder.ts'
import * as D from '../../ir/dim.ts'
import type { Type, Value } from '../../ir/graph.ts'
import type { Scope } from '../values/scope.ts'
import type { Axis, Tensor } from '../values/tensor.ts'
import { expand } from './layout.ts'
import { placesOf } from './lengths.ts'

/** The states of a running value: how they begin, and how one element changes them. */
interface Running {
  readonly names: readonly string[]
  /** Makes the states before the first element; `like` has the type of an element. */
  readonly start: (b: Builder, like: Type) => readonly Value[]
  /** Gives the states after an element; `first` tells, for each place of it, whether it is the first of the sequence. */
  readonly next: (b: Builder, states: readonly Value[], element: Value, place: Value) => readonly Value[]
}

const monoid = (name: string, op: 'add' | 'max' | 'min', start: number): Running => ({
  names: [name],
  start: (b, like) => [constantLike(b, like.dtype === 'int' ? wholeNumber(start) : start, like)],
  next: (b, [state], x) => [b.emit(op, [state, x])],
})

/** Clamps a number to the range of an int, which has 32 bits and no infinity. */
export const wholeNumber = (value: number): number => Math.min(Math.max(value, -(2 ** 31)), 2 ** 31 - 1)

const kinds = {
  sum: monoid('sum', 'add', 0),
  reduce_max: monoid('max', 'max', Number.NEGATIVE_INFINITY),
  reduce_min: monoid('min', 'min', Number.POSITIVE_INFINITY),
  logsumexp: {
    names: ['logsumexp'],
    start: (b, like) => [constantLike(b, Number.NEGATIVE_INFINITY, like)],
    next: (b, [state], x) => {
      const pair = [state, x].map(v => reshape(b, v, [D.constant(1), ...v.shape]))
      const axis = -1 - x.shape.length
      return [b.emit('logsumexp', [b.emit('concat', pair, { axis })], { axis })]
    },
  },
  /** The largest element so far and its place: the first of equals, and the first element even if it is not a number. */
  argmax: {
    names: ['argmax', 'argmax.value'],
    start: (b, like) => [zerosLike(b, { ...like, dtype: 'int' }), zerosLike(b, like)],
    next: (b, [at, most], x, place) => {
      const isFirst = b.emit('eq', [place, zerosLike(b, place)])
      const taken = b.emit('or', [isFirst, b.emit('lt', [most, x])])
      return [b.emit('where', [taken, place, at]), b.emit('where', [taken, x, most])]
    },
  },
  /** The first element, 0 until it is there. */
  first: {
    names: ['first'],
    start: (b, like) => [zerosLike(b, like)],
    next: (b, [state], x, place) => [b.emit('where', [b.emit('eq', [place, zerosLike(b, place)]), x, state])],
  },
} as const satisfies Record<string, Running>

/** Emits the reduction of a value along the axis of a stream, so far. Elements of the value outside the sequence must be neutral. */
export function runningValue(scope: Scope, kind: keyof typeof kinds, t: Tensor, axis: Axis): Tensor {
  const { names, start, next }: Running = kinds[kind]
  const { builder: outer, session } = scope
  const rest = t.axes.filter(a => a !== axis)
  const places = placesOf(scope, axis)
  const axes = [...rest, ...places.axes.filter(a => a.batch && !rest.includes(a))]
  const elements = expand(scope, t, [axis, ...axes], t.item)
  const spread = expand(scope, places, [axis, ...axes], t.item)
  const { body, consts } = createBodyBuilder(outer)
  const parameter = (v: Value) => ({ outer: v, inner: body.param({ dtype: v.dtype, shape: v.shape.slice(1) }, v) })
  const [element, place] = [parameter(elements), parameter(spread)]
  const carries = start(outer, element.inner).map((v, i) => ({ outer: v, inner: body.param(v, { hint: names[i] }) }))
  const results = next(
    body,
    carries.map(c => c.inner),
    element.inner,
    place.inner,
  )
  const length = D.unlabelled(axis.size)
  const bindings = { length, reverse: false, consts, carries, xs: [element, place] }
  const outs = emitScan(outer, bindings, body.eqns, results)
  for (const [i, local] of names.entries())
    session.stream?.states.push({ owner: scope.instance, local, value: outs[i] })
  return { ...t, dtype: outs[0].dtype, axes, value: outs[0], reversed: t.reversed.filter(a => a !== axis) }
}

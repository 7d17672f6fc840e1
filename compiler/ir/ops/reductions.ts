// Ops that combine the elements along axes, counted from the end.

import { createProgram, type ProgramBuilder, read } from '../../plan/instructions.ts'
import type { Monoid, Operand, ReduceKernel } from '../../plan/plan.ts'
import { at, build, type NdArray } from '../array.ts'
import { type Builder, broadcast, constantLike, fill, scalar, zerosLike } from '../builder.ts'
import { constant, type Dim, product } from '../dim.ts'
import type { Type, Value } from '../graph.ts'
import type { Lowering } from '../lowering.ts'
import { fromEnd } from './attributes.ts'
import { defineOp, type Op, unchanged } from './define.ts'

export const without = <T>(list: readonly T[], dims: readonly number[]): T[] => list.filter((_, i) => !dims.includes(i))

export const dimsOf = (axes: readonly number[], rank: number): number[] => axes.map(a => fromEnd(a, rank))

/** The operand with the dimensions `dims` last, in that order. */
export const reordered = (operand: Operand, dims: readonly number[]): Operand => ({
  ...operand,
  strides: [...without(operand.strides, dims), ...dims.map(d => operand.strides[d])],
})

/** Computes each element of the result from the list of elements along `dims`. */
export function combined(
  x: NdArray,
  dims: readonly number[],
  combine: (elements: readonly number[]) => number,
): NdArray {
  const lists = build(without(x.shape, dims), () => 0)
  const elements: number[][] = Array.from(lists.data, () => [])
  const kept = without([...x.shape.keys()], dims)
  build(x.shape, index => {
    const place = kept.reduce((offset, d) => offset * x.shape[d] + index[d], 0)
    elements[place].push(at(x, index))
    return 0
  })
  return { shape: lists.shape, data: Float64Array.from(elements, combine) }
}

export const workOf = ([x]: readonly Type[]): Dim => product(x.shape)

/** Left folds: the property tests compare with sums in this order. */
export const total = (elements: readonly number[]): number => elements.reduce((a, b) => a + b, 0)
export const largest = (elements: readonly number[]): number =>
  elements.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
const smallest = (elements: readonly number[]): number =>
  elements.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
export const firstLargest = (elements: readonly number[]): number => {
  let best = 0
  for (let i = 1; i < elements.length; i++) if (elements[i] > elements[best]) best = i
  return best
}

/** The operations that combine elements, and the numbers they start from. */
export const folds = {
  sum: { op: 'add', start: 0 },
  max: { op: 'max', start: Number.NEGATIVE_INFINITY },
  min: { op: 'min', start: Number.POSITIVE_INFINITY },
} satisfies Record<string, Monoid>

/** Adds the kernel that combines `x` along some dimensions into `to`. */
function combineAlong(
  plan: Lowering,
  x: Value,
  dims: readonly number[],
  combine: ReduceKernel['combine'],
  to: Operand,
): void {
  const program = [read(reordered(plan.operand(x), dims))]
  plan.reduce({ domain: without(x.shape, dims), over: dims.map(d => x.shape[d]), program, value: 0, combine, to })
}

/** Shared by softmax and logsumexp: kernels for the largest element along a dimension, and for the sum of e^(x - largest). */
function exponentials(plan: Lowering, x: Value, dim: number) {
  const rest = without(x.shape, [dim])
  const along = (o: Operand): Operand => ({ ...o, strides: [...o.strides, constant(0)] })
  const [peak, sum] = [plan.temporary('real', rest), plan.temporary('real', rest)]
  combineAlong(plan, x, [dim], folds.max, peak)
  /** Adds e^(x - largest), and the largest, to a program along the dimension. */
  const raised = ({ algebra: a, read }: ProgramBuilder) => {
    const from = read(reordered(plan.operand(x), [dim]))
    const top = read(along(peak))
    return { top, value: a.exp(a.sub(from, top)) }
  }
  const program = createProgram()
  const { value } = raised(program)
  const { instructions } = program
  plan.reduce({ domain: rest, over: [x.shape[dim]], program: instructions, value, combine: folds.sum, to: sum })
  return { rest, along, peak, sum, raised }
}

/**
 * Emits e^(x - peak) in the shape of x, its sum along the axis, and the peak; where every element is -∞ the shift is 0 and the
 * sum is 1. The result does not depend on the shift, so the peak is a constant to derivatives.
 */
function shiftedExponentials(b: Builder, x: Value, axis: number) {
  const size = x.shape[fromEnd(axis, x.shape.length)]
  const stretch = (v: Value): Value => broadcast(b, v, [axis], [size])
  const peak = b.emit('reduce_max', [b.emit('stop_gradient', [x])], { axis })
  const nothing = b.emit('eq', [peak, constantLike(b, Number.NEGATIVE_INFINITY, peak)])
  const shift = b.emit('where', [nothing, zerosLike(b, peak), peak])
  const raised = b.emit('exp', [b.emit('sub', [x, stretch(shift)])])
  const total = b.emit('sum', [raised], { axes: [axis] })
  return { raised, stretch, total: b.emit('where', [nothing, constantLike(b, 1, total), total]), peak, nothing, shift }
}

/** max or min along one axis; of equal elements, the first gets the gradient. The extremum of no elements is infinite. */
function extremum(
  name: 'reduce_max' | 'reduce_min',
  fold: 'max' | 'min',
  of: (elements: readonly number[]) => number,
): Op {
  const placeOf = (b: Builder, x: Value, axis: number): Value =>
    b.emit('argmax', [fold === 'max' ? x : b.emit('neg', [x])], { axis })
  return defineOp({
    name,
    leading: { operands: 'all', rows: unchanged },
    infer: ([x], { axis }) => [{ dtype: x.dtype, shape: without(x.shape, [fromEnd(axis, x.shape.length)]) }],
    evaluate: ({ ins: [x], attrs: { axis } }) => [combined(x, [fromEnd(axis, x.shape.length)], of)],
    vjp: ({ builder, ins: [x], attrs: { axis }, cotangents: [d] }) =>
      d === undefined
        ? []
        : [
            builder.emit('place', [d, placeOf(builder, x, axis)], {
              axis,
              tail: 0,
              size: x.shape[fromEnd(axis, x.shape.length)],
            }),
          ],
    expand: ({ builder: b, ins: [x], attrs: { axis } }) => {
      const picked = b.emit('pick', [x, placeOf(b, x, axis)], { axis, tail: 0 })
      const size = b.emit('size', [], { dim: x.shape[fromEnd(axis, x.shape.length)] })
      const empty = fill(b, b.emit('eq', [size, scalar(b, 0, 'int')]), picked.shape)
      const found = b.emit('where', [empty, constantLike(b, of([]), picked), picked])
      if (x.dtype !== 'real') return found
      // `argmax` skips NaN, but the extremum of elements with a NaN is NaN.
      const isNone = b.emit('real', [b.emit('not', [b.emit('eq', [x, x])])])
      const none = b.emit('sum', [isNone], { axes: [axis] })
      return b.emit('where', [b.emit('lt', [zerosLike(b, none), none]), constantLike(b, Number.NaN, found), found])
    },
    branch: ({ builder, ins: [x], attrs: { axis } }) => placeOf(builder, x, axis),
    lower: ({ plan, ins: [x], outs: [y], attrs: { axis } }) =>
      combineAlong(plan, x, [fromEnd(axis, x.shape.length)], folds[fold], plan.output(y)),
    flops: workOf,
  })
}

export const reductionOps: readonly Op[] = [
  defineOp({
    name: 'sum',
    leading: {
      operands: 'all',
      rows: unchanged,
      leadsum: ({ axes }, [x]) => ({ axes: [-1 - x.shape.length, ...axes] }),
    },
    linear: 'together',
    infer: ([x], { axes }) => [{ dtype: x.dtype, shape: without(x.shape, dimsOf(axes, x.shape.length)) }],
    evaluate: ({ ins: [x], attrs: { axes } }) => [combined(x, dimsOf(axes, x.shape.length), total)],
    vjp: ({ builder, ins: [x], attrs: { axes }, cotangents: [d] }) => [
      d &&
        broadcast(
          builder,
          d,
          axes,
          axes.map(a => x.shape[fromEnd(a, x.shape.length)]),
        ),
    ],
    lower: ({ plan, ins: [x], outs: [y], attrs: { axes } }) => {
      const dims = dimsOf(axes, x.shape.length).sort((p, q) => p - q)
      combineAlong(plan, x, dims, folds.sum, plan.output(y))
    },
    flops: workOf,
  }),
  extremum('reduce_max', 'max', largest),
  extremum('reduce_min', 'min', smallest),
  /** The position of the largest element, the first of equals. */
  defineOp({
    name: 'argmax',
    leading: { operands: 'all', rows: unchanged },
    infer: ([x], { axis }) => [{ dtype: 'int', shape: without(x.shape, [fromEnd(axis, x.shape.length)]) }],
    evaluate: ({ ins: [x], attrs: { axis } }) => [combined(x, [fromEnd(axis, x.shape.length)], firstLargest)],
    branch: ({ builder, ins: [x], attrs }) => builder.emit('argmax', [x], attrs),
    lower: ({ plan, ins: [x], outs: [y], attrs: { axis } }) =>
      combineAlong(plan, x, [fromEnd(axis, x.shape.length)], 'argmax', plan.output(y)),
    flops: workOf,
  }),
  /** e^x / Σ e^x along one axis; an element of -∞ gets 0, and where all are -∞ so do all. */
  defineOp({
    name: 'softmax',
    leading: { operands: 'all', rows: unchanged },
    infer: ([x]) => [{ dtype: 'real', shape: x.shape }],
    evaluate: ({ ins: [x], attrs: { axis }, shapes: [shape] }) => {
      const dim = fromEnd(axis, shape.length)
      const peak = combined(x, [dim], largest)
      const sum = combined(x, [dim], elements => {
        const top = largest(elements)
        return total(elements.map(e => Math.exp(e - top)))
      })
      return [
        build(shape, index => {
          const rest = without(index, [dim])
          const top = at(peak, rest)
          return top === Number.NEGATIVE_INFINITY ? 0 : Math.exp(at(x, index) - top) / at(sum, rest)
        }),
      ]
    },
    vjp: ({ builder: b, ins: [x], outs: [y], attrs: { axis }, cotangents: [d] }) => {
      if (d === undefined) return []
      const dot = b.emit('sum', [b.emit('strong_mul', [d, y])], { axes: [axis] })
      const size = x.shape[fromEnd(axis, x.shape.length)]
      return [b.emit('strong_mul', [b.emit('sub', [d, broadcast(b, dot, [axis], [size])]), y])]
    },
    expand: ({ builder: b, ins: [x], attrs: { axis } }) => {
      const { raised, stretch, total } = shiftedExponentials(b, x, axis)
      return b.emit('div', [raised, stretch(total)])
    },
    lower: ({ plan, ins: [x], outs: [y], attrs: { axis } }) => {
      const dim = fromEnd(axis, x.shape.length)
      const { rest, along, sum, raised } = exponentials(plan, x, dim)
      const p = createProgram()
      const a = p.algebra
      const { top, value: part } = raised(p)
      const share = a.div(part, p.read(along(sum)))
      const value = a.where(a.eq(top, a.constant(Number.NEGATIVE_INFINITY)), a.constant(0), share)
      const to = reordered(plan.output(y), [dim])
      plan.map({ domain: [...rest, x.shape[dim]], program: p.instructions, writes: [{ value, to }] })
    },
    flops: ins => product([constant(5), workOf(ins)]),
  }),
  /** log Σ e^x along one axis; -∞ where all elements are -∞ or there are none. */
  defineOp({
    name: 'logsumexp',
    leading: { operands: 'all', rows: unchanged },
    infer: ([x], { axis }) => [{ dtype: 'real', shape: without(x.shape, [fromEnd(axis, x.shape.length)]) }],
    evaluate: ({ ins: [x], attrs: { axis } }) => [
      combined(x, [fromEnd(axis, x.shape.length)], elements => {
        const top = largest(elements)
        return top === Number.NEGATIVE_INFINITY ? top : top + Math.log(total(elements.map(e => Math.exp(e - top))))
      }),
    ],
    vjp: ({ builder: b, ins: [x], attrs: { axis }, cotangents: [d] }) => {
      if (d === undefined) return []
      const size = x.shape[fromEnd(axis, x.shape.length)]
      return [b.emit('strong_mul', [broadcast(b, d, [axis], [size]), b.emit('softmax', [x], { axis })])]
    },
    expand: ({ builder: b, ins: [x], attrs: { axis } }) => {
      const { total, peak, nothing, shift } = shiftedExponentials(b, x, axis)
      return b.emit('where', [nothing, peak, b.emit('add', [shift, b.emit('log', [total])])])
    },
    lower: ({ plan, ins: [x], outs: [y], attrs: { axis } }) => {
      const { rest, peak, sum } = exponentials(plan, x, fromEnd(axis, x.shape.length))
      const p = createProgram()
      const a = p.algebra
      const total = a.log(p.read(sum))
      const top = p.read(peak)
      const value = a.where(a.eq(top, a.constant(Number.NEGATIVE_INFINITY)), top, a.add(total, top))
      plan.map({ domain: rest, program: p.instructions, writes: [{ value, to: plan.output(y) }] })
    },
    flops: ins => product([constant(3), workOf(ins)]),
  }),
]

// norm: the Euclidean length along axes, without overflow or underflow of the squares.

import { createProgram, type ProgramBuilder } from '../../plan/instructions.ts'
import type { Operand, Ref } from '../../plan/plan.ts'
import { type Builder, broadcast, constantLike, zerosLike } from '../builder.ts'
import { constant, product } from '../dim.ts'
import type { Value } from '../graph.ts'
import { fromEnd } from './attributes.ts'
import { defineOp, type Op, unchanged } from './define.ts'
import { combined, dimsOf, folds, largest, reordered, total, without, workOf } from './reductions.ts'

/** √Σ x² of elements divided by the largest of them (as in BLAS; Higham, Accuracy and Stability, 27.5). */
function lengthOf(elements: readonly number[]): number {
  const peak = largest(elements.map(Math.abs))
  const scale = peak <= 0 || peak === Number.POSITIVE_INFINITY ? 1 : peak
  return scale * Math.sqrt(total(elements.map(e => (e / scale) * (e / scale))))
}

export const normOp: Op = defineOp({
  name: 'norm',
  leading: { operands: 'all', rows: unchanged },
  infer: ([x], { axes }) => [{ dtype: 'real', shape: without(x.shape, dimsOf(axes, x.shape.length)) }],
  evaluate: ({ ins: [x], attrs: { axes } }) => [combined(x, dimsOf(axes, x.shape.length), lengthOf)],
  // The slope is x / norm, whose elements are at most 1; 0 where the norm is 0.
  vjp: ({ builder: b, ins: [x], outs: [y], attrs: { axes }, cotangents: [d] }) => {
    if (d === undefined) return []
    const along = (v: Value): Value => stretched(b, v, x, axes)
    const divisor = b.emit('where', [b.emit('eq', [y, zerosLike(b, y)]), constantLike(b, 1, y), y])
    return [b.emit('strong_mul', [along(d), b.emit('div', [x, along(divisor)])])]
  },
  expand: ({ builder: b, ins: [x], attrs: { axes } }) => {
    const size = b.emit('abs', [b.emit('stop_gradient', [x])])
    // Axes further from the end go first, so that the numbers of the others stay valid.
    const peak = axes.toSorted((p, q) => p - q).reduce((v, axis) => b.emit('reduce_max', [v], { axis }), size)
    const nothing = b.emit('le', [peak, zerosLike(b, peak)])
    const infinite = b.emit('eq', [peak, constantLike(b, Number.POSITIVE_INFINITY, peak)])
    const scale = b.emit('where', [b.emit('or', [nothing, infinite]), constantLike(b, 1, peak), peak])
    const scaled = b.emit('div', [x, stretched(b, scale, x, axes)])
    const sum = b.emit('sum', [b.emit('mul', [scaled, scaled])], { axes })
    return b.emit('mul', [scale, b.emit('sqrt', [sum])])
  },
  edge: ({ builder: b, ins, attrs }) => {
    const y = b.emit('norm', ins, attrs)
    return b.emit('eq', [y, zerosLike(b, y)])
  },
  // Scales each element twice by 1 / √peak, a normal number for every normal peak; not if all are 0, none exist or one is infinite.
  lower: ({ plan, ins: [x], outs: [y], attrs: { axes } }) => {
    const dims = dimsOf(axes, x.shape.length).sort((p, q) => p - q)
    const [rest, over] = [without(x.shape, dims), dims.map(d => x.shape[d])]
    const elements = reordered(plan.operand(x), dims)
    const along = (o: Operand): Operand => ({ ...o, strides: [...o.strides, ...over.map(() => constant(0))] })
    const [peak, sum] = [plan.temporary('real', rest), plan.temporary('real', rest)]
    const sizes = createProgram()
    const value = sizes.apply('abs', 'real', [sizes.read(elements)])
    plan.reduce({ domain: rest, over, program: sizes.instructions, value, combine: folds.max, to: peak })
    const scaled = createProgram()
    const scale = scaleFor(scaled, along(peak))
    const { mul } = scaled.algebra
    const part = mul(mul(scaled.read(elements), scale), scale)
    plan.reduce({
      domain: rest,
      over,
      program: scaled.instructions,
      value: mul(part, part),
      combine: folds.sum,
      to: sum,
    })
    const whole = createProgram()
    const { div, sqrt } = whole.algebra
    const root = scaleFor(whole, peak)
    const length = div(div(sqrt(whole.read(sum)), root), root)
    plan.map({ domain: rest, program: whole.instructions, writes: [{ value: length, to: plan.output(y) }] })
  },
  flops: ins => product([constant(5), workOf(ins)]),
})

/** 1 / √peak, or 1 where the elements are not scaled. */
function scaleFor({ algebra: a, read }: ProgramBuilder, peak: Operand): Ref {
  const [p, one] = [read(peak), a.constant(1)]
  const isPlain = a.or(a.le(p, a.constant(0)), a.eq(p, a.constant(Number.POSITIVE_INFINITY)))
  return a.div(one, a.sqrt(a.where(isPlain, one, p)))
}

/** Repeats a value for each norm along the axes of `x` that the norm was taken over. */
const stretched = (b: Builder, v: Value, x: Value, axes: readonly number[]): Value =>
  broadcast(
    b,
    v,
    axes,
    axes.map(a => x.shape[fromEnd(a, x.shape.length)]),
  )

// norm: the Euclidean length along axes, which neither overflows nor vanishes while it is a number itself.
import type { Operand } from '../../plan/plan.ts'
import { type Builder, broadcast, constantLike, zerosLike } from '../builder.ts'
import { constant, product } from '../dim.ts'
import type { Value } from '../graph.ts'
import { defineOp, fromEnd, type Op, unchanged } from './define.ts'
import { combined, dimsOf, largest, reordered, total, without, workOf } from './reductions.ts'

/** √Σ x² of elements divided by the largest of them (as in BLAS; Higham, Accuracy and Stability, 27.5). */
function lengthOf(elements: readonly number[]): number {
  const peak = largest(elements.map(Math.abs))
  const scale = peak <= 0 || peak === Number.POSITIVE_INFINITY ? 1 : peak
  return scale * Math.sqrt(total(elements.map(e => (e / scale) * (e / scale))))
}

export const normOp: Op = defineOp({
  name: 'norm',
  attrs: { axes: 'numbers' },
  leading: { operands: 'all', rows: unchanged },
  infer: ([x], { axes }) => [{ dtype: 'real', shape: without(x.shape, dimsOf(axes, x.shape.length)) }],
  evaluate: ({ ins: [x], attrs: { axes } }) => [combined(x, dimsOf(axes, x.shape.length), lengthOf)],
  // x / norm, whose elements are at most 1; 0 where the norm is.
  vjp: ({ builder: b, ins: [x], outs: [y], attrs: { axes }, cotangents: [d] }) => {
    if (d === undefined) return []
    const along = (v: Value): Value => stretched(b, v, x, axes)
    const divisor = b.emit('where', [b.emit('eq', [y, zerosLike(b, y)]), constantLike(b, 1, y), y])
    return [b.emit('strong_mul', [along(d), b.emit('div', [x, along(divisor)])])]
  },
  expand: ({ builder: b, ins: [x], attrs: { axes } }) => {
    const size = b.emit('abs', [b.emit('stop_gradient', [x])])
    // Those further from the end go first, so that the others stay where they are.
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
  // Nothing is scaled where all are 0, there is none, or one is infinite. Else each element is multiplied twice by 1 / √peak, which is a normal number for every peak that is one.
  lower: ({ plan, ins: [x], outs: [y], attrs: { axes } }) => {
    const dims = dimsOf(axes, x.shape.length).sort((p, q) => p - q)
    const [rest, over] = [without(x.shape, dims), dims.map(d => x.shape[d])]
    const elements = reordered(plan.operand(x), dims)
    const along = (o: Operand): Operand => ({ ...o, strides: [...o.strides, ...over.map(() => constant(0))] })
    const [peak, sum] = [plan.temporary('real', rest), plan.temporary('real', rest)]
    plan.reduce({
      domain: rest,
      over,
      program: [
        { kind: 'read', from: elements },
        { kind: 'apply', op: 'abs', args: [0] },
      ],
      value: 1,
      combine: 'max',
      to: peak,
    })
    const scale = (from: Operand) =>
      [
        { kind: 'read', from },
        { kind: 'constant', value: 0 },
        { kind: 'apply', op: 'le', args: [0, 1] },
        { kind: 'constant', value: Number.POSITIVE_INFINITY },
        { kind: 'apply', op: 'eq', args: [0, 3] },
        { kind: 'apply', op: 'or', args: [2, 4] },
        { kind: 'constant', value: 1 },
        { kind: 'apply', op: 'where', args: [5, 6, 0] },
        { kind: 'apply', op: 'sqrt', args: [7] },
        { kind: 'apply', op: 'div', args: [6, 8] },
      ] as const
    plan.reduce({
      domain: rest,
      over,
      program: [
        ...scale(along(peak)),
        { kind: 'read', from: elements },
        { kind: 'apply', op: 'mul', args: [10, 9] },
        { kind: 'apply', op: 'mul', args: [11, 9] },
        { kind: 'apply', op: 'mul', args: [12, 12] },
      ],
      value: 13,
      combine: 'sum',
      to: sum,
    })
    plan.map({
      domain: rest,
      program: [
        ...scale(peak),
        { kind: 'read', from: sum },
        { kind: 'apply', op: 'sqrt', args: [10] },
        { kind: 'apply', op: 'div', args: [11, 9] },
        { kind: 'apply', op: 'div', args: [12, 9] },
      ],
      writes: [{ value: 13, to: plan.output(y) }],
    })
  },
  flops: ins => product([constant(5), workOf(ins)]),
})

/** What there is of each norm, repeated along the axes of `x` that it was taken over. */
const stretched = (b: Builder, v: Value, x: Value, axes: readonly number[]): Value =>
  broadcast(
    b,
    v,
    axes,
    axes.map(a => x.shape[fromEnd(a, x.shape.length)]),
  )

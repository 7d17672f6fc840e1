// Ops that move or repeat elements at static places. Axes are counted from the end, so that leading dimensions may be added.

import { createProgram, read, zero } from '../../plan/instructions.ts'
import type { Operand } from '../../plan/plan.ts'
import { at, build } from '../array.ts'
import { fill as fillWith, scalar, zerosLike } from '../builder.ts'
import { add, constant, type Dim, equal, formatLabel, multiply, product, rowMajor } from '../dim.ts'
import type { Value } from '../graph.ts'
import { check, fromEnd } from './attributes.ts'
import { defineOp, type Op, unchanged } from './define.ts'

/** The operand's elements from `start` on along one dimension. */
function shifted(operand: Operand, dim: number, start: Dim): Operand {
  return { ...operand, offset: add(operand.offset, multiply(start, operand.strides[dim])) }
}

const replaced = <T>(list: readonly T[], i: number, by: T): T[] => list.map((x, j) => (j === i ? by : x))

const shapeText = (v: { shape: readonly Dim[] }): string => `[${v.shape.map(formatLabel).join(', ')}]`

/** An op along one axis leaves rows along the others whole. */
const unlessAlong = (axis: number, { attrs }: { readonly attrs: { readonly axis: number } }): number | undefined =>
  attrs.axis === axis ? undefined : axis

export const movementOps: readonly Op[] = [
  /** Repeats along new dimensions, at the places `at` of the result. */
  defineOp({
    name: 'broadcast',
    moves: {
      operands: 1,
      axisAfter: (axis, { ins: [x], outs: [y], attrs: { at: places } }) => {
        const kept = y.shape.map((_, i) => i - y.shape.length).filter(place => !places.includes(place))
        return kept[fromEnd(axis, x.shape.length)]
      },
    },
    leading: { operands: 'all', rows: unchanged },
    linear: 'together',
    infer: ([x], { at: places, sizes }) => {
      const rank = x.shape.length + places.length
      const shape: Dim[] = []
      const fresh = new Map(places.map((p, i) => [fromEnd(p, rank), sizes[i]]))
      let next = 0
      for (let d = 0; d < rank; d++) shape.push(fresh.get(d) ?? x.shape[next++])
      check(fresh.size === sizes.length && next === x.shape.length, 'broadcast: places and sizes disagree')
      return [{ dtype: x.dtype, shape }]
    },
    evaluate: ({ ins: [x], attrs, shapes: [shape] }) => {
      const fresh = new Set(attrs.at.map(p => fromEnd(p, shape.length)))
      return [
        build(shape, index =>
          at(
            x,
            index.filter((_, d) => !fresh.has(d)),
          ),
        ),
      ]
    },
    vjp: ({ builder, attrs, cotangents: [d] }) => [d && builder.emit('sum', [d], { axes: attrs.at })],
    lower: ({ plan, ins: [x], outs: [y], attrs }) => {
      const operand = plan.operand(x)
      const fresh = new Set(attrs.at.map(p => fromEnd(p, y.shape.length)))
      let next = 0
      const strides = y.shape.map((_, d) => (fresh.has(d) ? constant(0) : operand.strides[next++]))
      plan.alias(y, { ...operand, strides })
    },
    cheap: true,
  }),
  /** The same elements in row-major order under another shape. */
  defineOp({
    name: 'reshape',
    moves: {
      operands: 1,
      axisAfter: (axis, { ins: [x], outs: [y] }) =>
        axis === -1 && equal(x.shape[x.shape.length - 1], y.shape[y.shape.length - 1]) ? axis : undefined,
    },
    leading: { operands: 'all', rows: ({ shape }, steps) => ({ shape: [steps, ...shape] }) },
    linear: 'together',
    infer: ([x], { shape }) => {
      check(equal(product(x.shape), product(shape)), `reshape: ${shapeText(x)} has another size than the result`)
      return [{ dtype: x.dtype, shape }]
    },
    evaluate: ({ ins: [x], shapes: [shape] }) => [{ shape, data: x.data }],
    vjp: ({ builder, ins: [x], cotangents: [d] }) => [d && builder.emit('reshape', [d], { shape: x.shape })],
    lower: ({ plan, ins: [x], outs: [y] }) => plan.alias(y, { ...plan.packed(x), strides: rowMajor(y.shape) }),
    cheap: true,
  }),
  /** Result dimension i is operand dimension `order[i]`, counted from the end of both. */
  defineOp({
    name: 'transpose',
    moves: {
      operands: 1,
      axisAfter: (axis, { attrs: { order } }) => {
        const place = order.indexOf(axis)
        return place < 0 ? axis : place - order.length
      },
    },
    leading: { operands: 'all', rows: unchanged },
    linear: 'together',
    infer: ([x], { order }) => {
      const rank = x.shape.length
      check(rank >= order.length, 'transpose: the order is longer than the shape')
      const tail = order.map(o => x.shape[fromEnd(o, rank)])
      check(new Set(order).size === order.length, 'transpose: an axis occurs twice')
      check(
        order.every(o => o >= -order.length),
        'transpose: the order leaves an axis out',
      )
      return [{ dtype: x.dtype, shape: [...x.shape.slice(0, rank - order.length), ...tail] }]
    },
    evaluate: ({ ins: [x], attrs: { order }, shapes: [shape] }) => {
      const lead = shape.length - order.length
      return [
        build(shape, index => {
          const source = [...index]
          order.forEach((o, i) => {
            source[fromEnd(o, shape.length)] = index[lead + i]
          })
          return at(x, source)
        }),
      ]
    },
    vjp: ({ builder, attrs: { order }, cotangents: [d] }) => {
      const inverse = order.map((_, i) => order.indexOf(i - order.length) - order.length)
      return [d && builder.emit('transpose', [d], { order: inverse })]
    },
    lower: ({ plan, ins: [x], outs: [y], attrs: { order } }) => {
      const operand = plan.operand(x)
      const rank = y.shape.length
      const tail = order.map(o => operand.strides[fromEnd(o, rank)])
      plan.alias(y, { ...operand, strides: [...operand.strides.slice(0, rank - order.length), ...tail] })
    },
    cheap: true,
  }),
  /** `size` elements from `start` on. */
  defineOp({
    name: 'slice',
    moves: { operands: 1, axisAfter: unlessAlong },
    leading: { operands: 'all', rows: unchanged },
    linear: 'together',
    infer: ([x], { axis, size }) => [{ dtype: x.dtype, shape: replaced(x.shape, fromEnd(axis, x.shape.length), size) }],
    evaluate: ({ ins: [x], attrs, shapes: [shape] }) => {
      const dim = fromEnd(attrs.axis, shape.length)
      return [build(shape, index => at(x, replaced(index, dim, index[dim] + attrs.start)))]
    },
    vjp: ({ builder, ins: [x], attrs: { axis, start }, cotangents: [d] }) => [
      d && builder.emit('pad', [d], { axis, start, size: x.shape[fromEnd(axis, x.shape.length)] }),
    ],
    lower: ({ plan, ins: [x], outs: [y], attrs: { axis, start } }) =>
      plan.alias(y, shifted(plan.operand(x), fromEnd(axis, x.shape.length), start)),
    cheap: true,
  }),
  /** Surrounds with zeros: the operand lies from `start` on in a dimension of `size`. */
  defineOp({
    name: 'pad',
    leading: { operands: 'all', rows: unchanged },
    linear: 'together',
    infer: ([x], { axis, size }) => [{ dtype: x.dtype, shape: replaced(x.shape, fromEnd(axis, x.shape.length), size) }],
    evaluate: ({ ins: [x], attrs, shapes: [shape] }) => {
      const dim = fromEnd(attrs.axis, shape.length)
      return [
        build(shape, index => {
          const i = index[dim] - attrs.start
          return i >= 0 && i < x.shape[dim] ? at(x, replaced(index, dim, i)) : 0
        }),
      ]
    },
    vjp: ({ builder, ins: [x], attrs: { axis, start }, cotangents: [d] }) => [
      d && builder.emit('slice', [d], { axis, start, size: x.shape[fromEnd(axis, x.shape.length)] }),
    ],
    lower: ({ plan, ins: [x], outs: [y], attrs: { axis, start } }) => {
      const out = plan.output(y)
      plan.map({ domain: y.shape, program: [zero(out)], writes: [{ value: 0, to: out }] })
      const inside = shifted(out, fromEnd(axis, x.shape.length), start)
      plan.map({ domain: x.shape, program: [read(plan.operand(x))], writes: [{ value: 0, to: inside }] })
    },
  }),
  /** Joins operands end to end along one dimension. */
  defineOp({
    name: 'concat',
    moves: { operands: Number.POSITIVE_INFINITY, axisAfter: unlessAlong },
    leading: { operands: 'all', rows: unchanged },
    linear: 'together',
    infer: (ins, { axis }) => {
      const dim = fromEnd(axis, ins[0].shape.length)
      const size = ins.map(t => t.shape[dim]).reduce(add)
      for (const t of ins) {
        check(
          t.shape.every((d, i) => i === dim || equal(d, ins[0].shape[i])),
          `concat: ${shapeText(t)} does not fit`,
        )
        check(t.dtype === ins[0].dtype, `concat: ${t.dtype} beside ${ins[0].dtype}`)
      }
      return [{ dtype: ins[0].dtype, shape: replaced(ins[0].shape, dim, size) }]
    },
    evaluate: ({ ins, attrs, shapes: [shape] }) => {
      const dim = fromEnd(attrs.axis, shape.length)
      return [
        build(shape, index => {
          let i = index[dim]
          for (const x of ins) {
            if (i < x.shape[dim]) return at(x, replaced(index, dim, i))
            i -= x.shape[dim]
          }
          throw new Error('concat: index out of range')
        }),
      ]
    },
    vjp: ({ builder, ins, attrs: { axis }, cotangents: [d], wanted }) => {
      let start = constant(0)
      return ins.map((x, i): Value | undefined => {
        const size = x.shape[fromEnd(axis, x.shape.length)]
        const from = start
        start = add(start, size)
        return d && wanted(i) ? builder.emit('slice', [d], { axis, start: from, size }) : undefined
      })
    },
    lower: ({ plan, ins, outs: [y], attrs }) => {
      const dim = fromEnd(attrs.axis, y.shape.length)
      const out = plan.output(y)
      let start = constant(0)
      for (const x of ins) {
        const to = shifted(out, dim, start)
        plan.map({ domain: x.shape, program: [read(plan.operand(x))], writes: [{ value: 0, to }] })
        start = add(start, x.shape[dim])
      }
    },
  }),
  /** One step late (`by` = 1), with `fill` in the first place; or one step early (`by` = -1), with it in the last. */
  defineOp({
    name: 'shift',
    moves: { operands: 2, axisAfter: unlessAlong },
    leading: { operands: 'all', rows: unchanged },
    linear: 'together',
    infer: ([x, fill], { axis, by }) => {
      const dim = fromEnd(axis, x.shape.length)
      check(by === 1 || by === -1, 'shift: by is 1 or -1')
      check(fill.dtype === x.dtype, 'shift: the fill has another type')
      check(fill.shape.length === x.shape.length - 1, 'shift: the fill is one step of the operand')
      check(
        fill.shape.every((d, i) => equal(d, x.shape[i < dim ? i : i + 1])),
        'shift: the fill has another shape',
      )
      return [{ dtype: x.dtype, shape: x.shape }]
    },
    evaluate: ({ ins: [x, fill], attrs: { axis, by }, shapes: [shape] }) => {
      const dim = fromEnd(axis, shape.length)
      return [
        build(shape, index => {
          const i = index[dim] - by
          return i >= 0 && i < shape[dim]
            ? at(x, replaced(index, dim, i))
            : at(
                fill,
                index.filter((_, d) => d !== dim),
              )
        }),
      ]
    },
    vjp: ({ builder, ins: [x, fill], attrs: { axis, by }, cotangents: [d], wanted }) => {
      if (d === undefined) return []
      const dim = fromEnd(axis, x.shape.length)
      const end = (): Value =>
        by === 1
          ? scalar(builder, 0, 'int')
          : builder.emit('sub', [builder.emit('size', [], { dim: x.shape[dim] }), scalar(builder, 1, 'int')])
      return [
        wanted(0) ? builder.emit('shift', [d, zerosLike(builder, fill)], { axis, by: -by }) : undefined,
        wanted(1) ? builder.emit('pick', [d, fillWith(builder, end(), fill.shape)], { axis, tail: 0 }) : undefined,
      ]
    },
    lower: ({ plan, ins: [x, fill], outs: [y], attrs: { axis, by } }) => {
      const dim = fromEnd(axis, y.shape.length)
      const out = plan.output(y)
      const length = y.shape[dim]
      // Each place reads the element `by` places before it, or the fill where there is none.
      const from = plan.operand(x)
      const p = createProgram()
      const a = p.algebra
      const at = a.sub(p.position(dim), a.integer(by))
      const moved = p.read(
        { ...from, strides: replaced(from.strides, dim, constant(0)) },
        { at, stride: from.strides[dim], size: length },
      )
      const filled = p.read(withZero(plan.operand(fill), dim))
      const isInside = a.and(a.le(a.integer(0), at), a.lt(at, p.size(length)))
      const value = a.where(isInside, moved, filled)
      plan.map({ domain: y.shape, program: p.instructions, writes: [{ value, to: out }] })
    },
  }),
]

/** Inserts a stride of 0 at `dim`: the operand is constant along that dimension. */
export function withZero(operand: Operand, dim: number): Operand {
  return { ...operand, strides: [...operand.strides.slice(0, dim), constant(0), ...operand.strides.slice(dim)] }
}

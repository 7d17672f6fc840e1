// Ops that read or write at indices from data. An index outside its range reads 0 and writes nothing.

import { createProgram, read, zero } from '../../plan/instructions.ts'
import type { MapKernel, Operand } from '../../plan/plan.ts'
import { at, build, zeros } from '../array.ts'
import { constant, type Dim, multiply, sameShape } from '../dim.ts'
import type { Type, Value } from '../graph.ts'
import type { Lowering, Unlabelled } from '../lowering.ts'
import { check, fromEnd } from './attributes.ts'
import { defineOp, type Op, unchanged } from './define.ts'
import { withZero } from './movement.ts'

const without = <T>(list: readonly T[], i: number): T[] => list.filter((_, j) => j !== i)

const withInserted = <T>(list: readonly T[], i: number, x: T): T[] => [...list.slice(0, i), x, ...list.slice(i)]

const inRange = (i: number, size: number): boolean => i >= 0 && i < size

/** The shape of the indices of `pick`: that of x without the axis and without the last `tail` dimensions. */
function indexShape(x: Type, axis: number, tail: number): readonly Dim[] {
  const dim = fromEnd(axis, x.shape.length)
  check(tail <= -axis - 1, 'the tail reaches over the axis')
  return without(x.shape, dim).slice(0, x.shape.length - 1 - tail)
}

/** Extends an operand by `count` dimensions at the end, along which it is constant. */
const withTail = (operand: Operand, count: number): Operand => ({
  ...operand,
  strides: [...operand.strides, ...Array.from({ length: count }, () => constant(0))],
})

/** An array, and where it lies. */
export interface Laid {
  readonly shape: readonly Dim[]
  readonly operand: Operand
}

/** A value of the graph, where the plan laid it. */
export const laid = (plan: Lowering, value: Value): Laid => ({ shape: value.shape, operand: plan.operand(value) })

/** The kernel that reads rows of a table, one for each of the places. */
export function gathering(table: Laid, places: Laid, to: Operand): Unlabelled<MapKernel> {
  const [rows, ...tail] = table.shape
  const [stride, ...strides] = table.operand.strides
  return {
    domain: [...places.shape, ...tail],
    program: [
      read(withTail(places.operand, tail.length)),
      read(
        { ...table.operand, strides: [...places.shape.map(() => constant(0)), ...strides] },
        { at: 0, stride, size: rows },
      ),
    ],
    writes: [{ value: 1, to }],
  }
}

/** The kernels that add rows up at the places of a table of so many rows. */
export function scattering(x: Laid, places: Laid, to: Operand, rows: Dim): readonly Unlabelled<MapKernel>[] {
  const tail = x.shape.slice(places.shape.length)
  return [
    { domain: [rows, ...tail], program: [zero(to)], writes: [{ value: 0, to }] },
    {
      domain: x.shape,
      program: [read(x.operand), read(withTail(places.operand, tail.length))],
      writes: [
        {
          value: 0,
          to: { ...to, strides: [...places.shape.map(() => constant(0)), ...to.strides.slice(1)] },
          indirect: { at: 1, stride: to.strides[0], size: rows },
          accumulate: true,
        },
      ],
    },
  ]
}

/** An index chooses whole tails. */
const ifInTail = (axis: number, { attrs }: { readonly attrs: { readonly tail: number } }): number | undefined =>
  axis >= -attrs.tail ? axis : undefined

export const indexingOps: readonly Op[] = [
  /** Rows of a table, one for each index: an embedding. table [N, R…], index [L…] → [L…, R…]. */
  defineOp({
    name: 'gather',
    moves: {
      operands: 1,
      chosen: true,
      axisAfter: (axis, { ins: [table] }) => (axis > -table.shape.length ? axis : undefined),
    },
    keepsFinite: true,
    leading: { operands: [1], rows: unchanged },
    linear: 'together',
    infer: ([table, index]) => {
      check(index.dtype === 'int', 'gather: the index is not int')
      return [{ dtype: table.dtype, shape: [...index.shape, ...table.shape.slice(1)] }]
    },
    evaluate: ({ ins: [table, index], shapes: [shape] }) => {
      const lead = index.shape.length
      return [
        build(shape, position => {
          const row = at(index, position.slice(0, lead))
          return inRange(row, table.shape[0]) ? at(table, [row, ...position.slice(lead)]) : 0
        }),
      ]
    },
    vjp: ({ builder, ins: [table, index], cotangents: [d] }) => [
      d && builder.emit('scatter', [d, index], { rows: table.shape[0] }),
    ],
    lower: ({ plan, ins: [table, index], outs: [y] }) =>
      plan.map(gathering(laid(plan, table), laid(plan, index), plan.output(y))),
  }),
  /** The sum of rows for each index: x [L…, R…], index [L…] → [rows, R…]. */
  defineOp({
    name: 'scatter',
    leading: { operands: 'all', leadsum: unchanged },
    linear: 'together',
    infer: ([x, index], { rows }) => {
      check(index.dtype === 'int', 'scatter: the index is not int')
      check(sameShape(x.shape.slice(0, index.shape.length), index.shape), 'scatter: index and rows differ')
      return [{ dtype: x.dtype, shape: [rows, ...x.shape.slice(index.shape.length)] }]
    },
    evaluate: ({ ins: [x, index], shapes: [shape] }) => {
      const result = zeros(shape)
      const size = shape.slice(1).reduce((n, d) => n * d, 1)
      index.data.forEach((row, i) => {
        if (!inRange(row, shape[0])) return
        for (let j = 0; j < size; j++) result.data[row * size + j] += x.data[i * size + j]
      })
      return [result]
    },
    vjp: ({ builder, ins: [, index], cotangents: [d] }) => [d && builder.emit('gather', [d, index])],
    lower: ({ plan, ins: [x, index], outs: [y], attrs: { rows } }) => {
      const out = plan.output(y)
      for (const kernel of scattering(laid(plan, x), laid(plan, index), out, rows)) plan.map(kernel)
    },
    flops: ([x]) => x.shape.reduce(multiply, constant(1)),
  }),
  /** Selects one place along an axis for each index: x [A…, N, C…, R…], index [A…, C…] → [A…, C…, R…]; R is the tail. */
  defineOp({
    name: 'pick',
    moves: { operands: 1, chosen: true, axisAfter: ifInTail },
    keepsFinite: true,
    leading: { operands: 'all', rows: unchanged },
    linear: 'together',
    infer: ([x, index], { axis, tail }) => {
      check(sameShape(index.shape, indexShape(x, axis, tail)), 'pick: the index has another shape')
      return [{ dtype: x.dtype, shape: without(x.shape, fromEnd(axis, x.shape.length)) }]
    },
    evaluate: ({ ins: [x, index], attrs: { axis, tail }, shapes: [shape] }) => {
      const dim = fromEnd(axis, x.shape.length)
      return [
        build(shape, position => {
          const i = at(index, position.slice(0, shape.length - tail))
          return inRange(i, x.shape[dim]) ? at(x, withInserted(position, dim, i)) : 0
        }),
      ]
    },
    vjp: ({ builder, ins: [x, index], attrs: { axis, tail }, cotangents: [d] }) => [
      d && builder.emit('place', [d, index], { axis, tail, size: x.shape[fromEnd(axis, x.shape.length)] }),
    ],
    lower: ({ plan, ins: [x, index], outs: [y], attrs: { axis, tail } }) => {
      const dim = fromEnd(axis, x.shape.length)
      const from = plan.operand(x)
      plan.map({
        domain: y.shape,
        program: [
          read(withTail(plan.operand(index), tail)),
          read(
            { ...from, strides: without(from.strides, dim) },
            { at: 0, stride: from.strides[dim], size: x.shape[dim] },
          ),
        ],
        writes: [{ value: 1, to: plan.output(y) }],
      })
    },
  }),
  /** The transpose of `pick`: zeros, except at one place along a new axis of `size`. `axis` is counted in the result. */
  defineOp({
    name: 'place',
    keepsFinite: true,
    leading: { operands: 'all', rows: unchanged },
    linear: 'together',
    infer: ([x, index], { axis, tail, size }) => {
      const shape = withInserted(x.shape, fromEnd(axis, x.shape.length + 1), size)
      check(
        sameShape(index.shape, indexShape({ dtype: x.dtype, shape }, axis, tail)),
        'place: the index has another shape',
      )
      return [{ dtype: x.dtype, shape }]
    },
    evaluate: ({ ins: [x, index], attrs: { axis, tail }, shapes: [shape] }) => {
      const dim = fromEnd(axis, shape.length)
      return [
        build(shape, position => {
          const rest = without(position, dim)
          return at(index, rest.slice(0, rest.length - tail)) === position[dim] ? at(x, rest) : 0
        }),
      ]
    },
    vjp: ({ builder, ins: [, index], attrs: { axis, tail }, cotangents: [d] }) => [
      d && builder.emit('pick', [d, index], { axis, tail }),
    ],
    lower: ({ plan, ins: [x, index], outs: [y], attrs: { axis, tail, size } }) => {
      const dim = fromEnd(axis, y.shape.length)
      const out = plan.output(y)
      plan.map({ domain: y.shape, program: [zero(out)], writes: [{ value: 0, to: out }] })
      plan.map({
        domain: x.shape,
        program: [read(plan.operand(x)), read(withTail(plan.operand(index), tail))],
        writes: [
          {
            value: 0,
            to: { ...out, strides: without(out.strides, dim) },
            indirect: { at: 1, stride: out.strides[dim], size },
          },
        ],
      })
    },
  }),
  /** Reverses the first `lengths` elements of an axis; those after them stay. `lengths` has the shape of `pick`'s index. */
  defineOp({
    name: 'reverse',
    moves: { operands: 1, axisAfter: ifInTail },
    keepsFinite: true,
    leading: { operands: 'all', rows: unchanged },
    linear: 'together',
    infer: ([x, lengths], { axis, tail }) => {
      check(sameShape(lengths.shape, indexShape(x, axis, tail)), 'reverse: the lengths have another shape')
      return [{ dtype: x.dtype, shape: x.shape }]
    },
    evaluate: ({ ins: [x, lengths], attrs: { axis, tail }, shapes: [shape] }) => {
      const dim = fromEnd(axis, shape.length)
      return [
        build(shape, position => {
          const rest = without(position, dim)
          const length = at(lengths, rest.slice(0, rest.length - tail))
          const i = position[dim] < length ? length - 1 - position[dim] : position[dim]
          return inRange(i, shape[dim])
            ? at(
                x,
                position.map((p, d) => (d === dim ? i : p)),
              )
            : 0
        }),
      ]
    },
    vjp: ({ builder, ins: [, lengths], attrs, cotangents: [d] }) => [d && builder.emit('reverse', [d, lengths], attrs)],
    lower: ({ plan, ins: [x, lengths], outs: [y], attrs: { axis, tail } }) => {
      const dim = fromEnd(axis, y.shape.length)
      const from = plan.operand(x)
      const p = createProgram()
      const a = p.algebra
      const [length, i] = [p.read(withZero(withTail(plan.operand(lengths), tail), dim)), p.position(dim)]
      const at = a.where(a.lt(i, length), a.sub(length, a.add(i, a.integer(1))), i)
      const value = p.read(
        { ...from, strides: from.strides.map((s, d) => (d === dim ? constant(0) : s)) },
        { at, stride: from.strides[dim], size: y.shape[dim] },
      )
      plan.map({ domain: y.shape, program: p.instructions, writes: [{ value, to: plan.output(y) }] })
    },
  }),
]

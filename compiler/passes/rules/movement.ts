// Identities of the ops that move or repeat elements.
import { constantLike, opOf, reshape } from '../../ir/builder.ts'
import { add, asNumber, type Dim, endToEnd, equal, sameShape, subtract } from '../../ir/dim.ts'
import type { Attr, Eqn, Value } from '../../ir/graph.ts'
import { fromEnd, isDim, numbersOf } from '../../ir/ops/attributes.ts'
import type { Rule, Site } from '../rewrite.ts'
import { termsOf } from '../terms.ts'

export const movementRules: readonly Rule[] = [
  {
    name: 'known-moves',
    contract: 'a known number under broadcast, reshape, transpose or slice → the number broadcast once',
    ops: ['broadcast', 'reshape', 'transpose', 'slice'],
    rewrite: ({ op, ins: [x], attrs, outs: [out] }, site) => {
      const value = site.uniform(x)
      const canonical = op === 'broadcast' && x.shape.length === 0 && ascending(numbersOf(attrs.at))
      return value === undefined || (canonical && out.shape.length > 0)
        ? undefined
        : constantLike(site.builder, value, out)
    },
  },
  {
    name: 'zero-moves',
    contract: 'pad, pick, place, reverse, gather, scatter or sum of zeros → zeros; so is shift with a zero fill',
    ops: ['pad', 'pick', 'place', 'reverse', 'gather', 'scatter', 'sum', 'shift'],
    rewrite: ({ op, ins, outs: [out] }, site) =>
      site.uniform(ins[0]) === 0 && (op !== 'shift' || site.uniform(ins[1]) === 0)
        ? constantLike(site.builder, 0, out)
        : undefined,
  },
  {
    name: 'reshape-reshape',
    contract: 'a reshape of a reshape → one; to the same shape → none',
    ops: ['reshape'],
    rewrite: ({ ins: [x], outs: [out] }, { builder, producer }) => {
      const inner = producer(x)
      const source = inner?.op === 'reshape' ? inner.ins[0] : x
      return source === x && !sameShape(x.shape, out.shape) ? undefined : reshape(builder, source, out.shape)
    },
  },
  {
    name: 'transpose-transpose',
    contract: 'a transpose of a transpose → one; one that moves nothing → none',
    ops: ['transpose'],
    rewrite: ({ ins: [x], attrs }, { builder, producer }) => {
      const inner = producer(x)
      const first = inner?.op === 'transpose' ? numbersOf(inner.attrs.order) : []
      const second = numbersOf(attrs.order)
      const order = composed(first, second)
      if (inner?.op !== 'transpose' && order.length === second.length) return undefined
      const source = inner?.op === 'transpose' ? inner.ins[0] : x
      return order.length === 0 ? source : builder.emit('transpose', [source], { order })
    },
  },
  {
    name: 'broadcast-broadcast',
    contract: 'a broadcast of a broadcast → one; along nothing → none',
    ops: ['broadcast'],
    rewrite: ({ ins: [x], attrs, outs: [out] }, { builder, producer }) => {
      const places = numbersOf(attrs.at)
      if (places.length === 0) return x
      const inner = producer(x)
      if (inner?.op !== 'broadcast') return undefined
      const rank = out.shape.length
      const fresh = places.map(p => fromEnd(p, rank))
      const kept = [...out.shape.keys()].filter(d => !fresh.includes(d))
      const moved = numbersOf(inner.attrs.at).map(p => kept[fromEnd(p, x.shape.length)])
      const all = [...fresh, ...moved].sort((a, b) => a - b)
      return builder.emit('broadcast', [inner.ins[0]], {
        at: all.map(d => d - rank),
        sizes: all.map(d => out.shape[d]),
      })
    },
  },
  {
    name: 'broadcast-late',
    contract: 'a pointwise op on values repeated alike → its result, repeated',
    rewrite: ({ op, ins, attrs }, { builder, producer, uniform, context }) => {
      if (opOf(context, op).formula === undefined) return undefined
      const makers = ins.flatMap(v => producer(v) ?? []).filter(p => p.op === 'broadcast')
      const [first] = makers
      if (first === undefined || makers.length < ins.length || ins.every(v => uniform(v) !== undefined))
        return undefined
      const places = numbersOf(first.attrs.at).join()
      const alike = makers.every(
        m => sameShape(m.ins[0].shape, first.ins[0].shape) && numbersOf(m.attrs.at).join() === places,
      )
      if (!alike) return undefined
      const operands = makers.map(m => m.ins[0])
      const inner = builder.emitLike(op, operands, attrs)
      return builder.emitLike('broadcast', [inner], first.attrs)
    },
  },
  {
    name: 'slice-all',
    contract: 'a slice of everything → the operand',
    ops: ['slice'],
    rewrite: ({ ins: [x], attrs, outs: [out] }) =>
      isZero(attrs.start) && sameShape(x.shape, out.shape) ? x : undefined,
  },
  {
    name: 'slice-slice',
    contract: 'a slice of a slice along the same axis → one',
    ops: ['slice'],
    rewrite: ({ ins: [x], attrs }, { builder, producer }) => {
      const inner = producer(x)
      if (inner?.op !== 'slice' || inner.attrs.axis !== attrs.axis) return undefined
      return builder.emitLike('slice', [inner.ins[0]], {
        ...attrs,
        start: add(dim(inner.attrs.start), dim(attrs.start)),
      })
    },
  },
  {
    name: 'slice-concat',
    contract: 'a slice of a concat that lies in one of its parts → a slice of that part',
    ops: ['slice'],
    rewrite: ({ ins: [x], attrs }, { builder, producer }) => {
      const inner = producer(x)
      if (inner?.op !== 'concat' || inner.attrs.axis !== attrs.axis) return undefined
      const size = dim(attrs.size)
      let start = dim(attrs.start)
      for (const part of inner.ins) {
        const whole = part.shape[fromEnd(Number(attrs.axis), part.shape.length)]
        if (fits(start, size, whole) && part.dtype === x.dtype)
          return builder.emitLike('slice', [part], { ...attrs, start })
        start = subtract(start, whole)
      }
      return undefined
    },
  },
  {
    name: 'slice-pad',
    contract: 'a slice of a pad that cuts out what was padded → that',
    ops: ['slice'],
    rewrite: ({ ins: [x], attrs, outs: [out] }, { producer }) => {
      const inner = producer(x)
      if (inner?.op !== 'pad' || inner.attrs.axis !== attrs.axis) return undefined
      return equal(dim(inner.attrs.start), dim(attrs.start)) && sameShape(inner.ins[0].shape, out.shape)
        ? inner.ins[0]
        : undefined
    },
  },
  {
    name: 'pad-nothing',
    contract: 'a pad by nothing → the operand',
    ops: ['pad'],
    rewrite: ({ ins: [x], attrs, outs: [out] }) =>
      isZero(attrs.start) && sameShape(x.shape, out.shape) ? x : undefined,
  },
  {
    name: 'concat-one',
    contract: 'a concat of one → the operand',
    ops: ['concat'],
    rewrite: ({ ins }) => (ins.length === 1 ? ins[0] : undefined),
  },
  {
    name: 'concat-concat',
    contract: 'a concat of concats along the same axis → one',
    ops: ['concat'],
    rewrite: ({ ins, attrs }, { builder, producer }) => {
      const parts = ins.flatMap(v => {
        const inner = producer(v)
        return inner?.op === 'concat' && inner.attrs.axis === attrs.axis && inner.ins.every(p => p.dtype === v.dtype)
          ? inner.ins
          : [v]
      })
      if (parts.length === ins.length || parts.length > mostJoined) return undefined
      return builder.emitLike('concat', parts, attrs)
    },
  },
  {
    name: 'sum-nothing',
    contract: 'a sum along no axis → the operand',
    ops: ['sum'],
    rewrite: ({ ins: [x], attrs }) => (numbersOf(attrs.axes).length === 0 ? x : undefined),
  },
  {
    name: 'sum-of-pads',
    contract: 'a sum of pads whose operands tile the dimension → their concat',
    ops: ['add'],
    rewrite: (eqn, site) => {
      const leaves = summands(eqn, site)
      const pads = leaves
        .map(site.producer)
        .filter(p => p !== undefined)
        .filter(p => p.op === 'pad')
      for (const axis of new Set(pads.map(p => Number(p.attrs.axis)))) {
        const tiles = tiling(
          pads.filter(p => p.attrs.axis === axis),
          eqn.outs[0],
          axis,
        )
        if (tiles === undefined) continue
        const rest = [...leaves] // a value may be a summand twice, of which only one is a tile
        for (const tile of tiles) rest.splice(rest.indexOf(tile.outs[0]), 1)
        const joined = site.builder.emit(
          'concat',
          tiles.map(t => t.ins[0]),
          { axis },
        )
        return [joined, ...rest].reduce((sum, v) => site.builder.emit('add', [sum, v]))
      }
      return undefined
    },
  },
]

const isZero = (attr: Attr): boolean => isDim(attr) && asNumber(attr) === 0

function dim(attr: Attr): Dim {
  if (!isDim(attr)) throw new Error('not a dimension')
  return attr
}

const ascending = (list: readonly number[]): boolean => list.every((n, i) => i === 0 || list[i - 1] < n)

/** Tells whether [start, start + size) provably lies in [0, whole). */
function fits(start: Dim, size: Dim, whole: Dim): boolean {
  const [from, n, all] = [asNumber(start), asNumber(size), asNumber(whole)]
  if (from !== undefined && n !== undefined && all !== undefined) return from >= 0 && from + n <= all
  return from === 0 && equal(size, whole)
}

/** The order of two transposes in a row, without leading dimensions that stay in place. */
function composed(first: readonly number[], second: readonly number[]): readonly number[] {
  const length = Math.max(first.length, second.length)
  const full = (order: readonly number[]): number[] => [
    ...Array.from({ length: length - order.length }, (_, i) => i - length),
    ...order,
  ]
  const before = full(first)
  const order = full(second).map(o => before[o + length])
  const moved = order.findIndex((o, i) => o !== i - length)
  return moved < 0 ? [] : order.slice(moved)
}

/** Bounds the operands of a joined concat: a value concatenated with itself forty times would have 2^40. */
const mostJoined = 1024

/** Bounds the summands looked at: a sum of sums of the same value may have exponentially many. */
const mostSummands = 256

/** The leaves of a tree of additions; none where there are too many. */
const summands = (eqn: Eqn, { producer }: Site): readonly Value[] =>
  termsOf(
    eqn,
    value => {
      const inner = producer(value)
      return inner?.op === 'add' && inner.outs[0].dtype === value.dtype ? inner : undefined
    },
    mostSummands,
  )

/** The pads in the order in which their operands tile the dimension; undefined if there is no such order. */
function tiling(pads: readonly Eqn[], { dtype, shape }: Value, axis: number): readonly Eqn[] | undefined {
  const d = fromEnd(axis, shape.length)
  const alike = pads.filter(p => p.outs[0].dtype === dtype)
  const tiles = endToEnd(alike, p => ({ start: dim(p.attrs.start), size: p.ins[0].shape[d] }), shape[d])
  return tiles !== undefined && tiles.length > 1 ? tiles : undefined
}

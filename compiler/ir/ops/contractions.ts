// Sums of products. Two families, each closed under differentiation: with a weight (matmul, matmulT, outer),
// and of two per-example matrices (bmm).
import type { Operand } from '../../plan/plan.ts'
import { build, line } from '../array.ts'
import { type Builder, reshape } from '../builder.ts'
import { asNumber, constant, type Dim, equal, multiply, product, sameShape } from '../dim.ts'
import type { Attrs, Type, Value } from '../graph.ts'
import { check } from './attributes.ts'
import { defineOp, type Op, unchanged } from './define.ts'
import type { AttrsOf, strongZeros } from './schemas.ts'

export const last = <T>(list: readonly T[]): T => list[list.length - 1]
const leads = (t: Type): readonly Dim[] => t.shape.slice(0, -1)

/** Adds up `term(0)` to `term(k - 1)`. */
export function sumOver(k: number, term: (k: number) => number): number {
  let sum = 0
  for (let i = 0; i < k; i++) sum += term(i)
  return sum
}

/** Views a dense [L…, K] as the matrix [ΠL, K]. */
export const flat = (operand: Operand, columns: Dim): Operand => ({ ...operand, strides: [columns, constant(1)] })

export const swap = ({ strides: [...s], ...rest }: Operand): Operand => {
  const n = s.length
  return { ...rest, strides: [...s.slice(0, n - 2), s[n - 1], s[n - 2]] }
}

/**
 * Operands with strong zeros: a factor of 0 makes its term 0, even beside infinity or NaN. So a cotangent of 0, of a branch
 * not taken or of padding, adds nothing to a sum over garbage.
 */
export type StrongZeros = AttrsOf<typeof strongZeros>

/** The attributes of a product with strong zeros; flags that are false are left out. */
export const strongly = (left: boolean, right: boolean): { strongLeft?: true; strongRight?: true } => ({
  ...(left && { strongLeft: true }),
  ...(right && { strongRight: true }),
})

/** Flags strong zeros of operand i; in a gathered product the indices stand between the two factors. */
export const strongAt = (i: number): Attrs => strongly(i === 0, i !== 0)

/** Makes the function that multiplies the factors of one term. */
export const termOf =
  ({ strongLeft, strongRight }: StrongZeros) =>
  (x: number, y: number): number =>
    (strongLeft && x === 0) || (strongRight && y === 0) ? 0 : x * y

/** Joins the first dimension to the contracted one, at `axis`: [T, L…, M, K] → [L…, M, T K]. */
function contractingFirst(b: Builder, x: Value, axis: -1 | -2): Value {
  const rank = x.shape.length
  const place = rank + axis
  const contracted = x.shape[place]
  const lead = x.shape.slice(1, place)
  const tail = x.shape.slice(place + 1)
  // A dimension of one element goes first: what is left is a view, and is not copied.
  const isOne = asNumber(contracted) === 1
  const kept = isOne ? b.emit('reshape', [x], { shape: [x.shape[0], ...lead, ...tail] }) : x
  const places = kept.shape.map((_, d) => d - kept.shape.length)
  const order = [...places.slice(1, 1 + lead.length), places[0], ...places.slice(1 + lead.length)]
  const moved = lead.length === 0 ? kept : b.emit('transpose', [kept], { order })
  return reshape(b, moved, [...lead, multiply(x.shape[0], contracted), ...tail])
}

const twice = (dims: readonly Dim[]): Dim => multiply(constant(2), product(dims))

export const contractionOps: readonly Op[] = [
  /** x [L…, K], W [N, K] → W x: [L…, N]. */
  defineOp({
    name: 'matmul',
    leading: { operands: [0], rows: unchanged },
    linear: 'each',
    strong: strongAt,
    infer: ([x, w]) => {
      check(w.shape.length === 2 && equal(last(x.shape), w.shape[1]), 'matmul: the last dim of x is not that of W')
      return [{ dtype: 'real', shape: [...leads(x), w.shape[0]] }]
    },
    evaluate: ({ ins: [x, w], attrs, shapes: [shape] }) => {
      const term = termOf(attrs)
      return [
        build(shape, index => {
          const lead = index.slice(0, -1)
          const [left, right] = [line(x, [...lead, 0], lead.length), line(w, [last(index), 0], 1)]
          return sumOver(w.shape[1], k => term(left(k), right(k)))
        }),
      ]
    },
    vjp: ({ builder: b, ins: [x, w], attrs: { strongLeft, strongRight }, cotangents: [d], wanted }) =>
      d === undefined
        ? []
        : [
            wanted(0) ? b.emit('matmulT', [d, w], strongly(true, strongRight)) : undefined,
            wanted(1) ? b.emit('outer', [d, x], strongly(true, strongLeft)) : undefined,
          ],
    lower: ({ plan, ins: [x, w], outs: [y], attrs }) =>
      plan.gemm({
        ...attrs,
        batch: [],
        m: product(leads(x)),
        n: w.shape[0],
        k: w.shape[1],
        a: flat(plan.packed(x), w.shape[1]),
        b: swap(plan.operand(w)),
        c: flat(plan.output(y), w.shape[0]),
      }),
    flops: ([x, w]) => twice([...x.shape, w.shape[0]]),
  }),
  /** d [L…, N], W [N, K] → Wᵀ d: [L…, K]. */
  defineOp({
    name: 'matmulT',
    leading: { operands: [0], rows: unchanged },
    linear: 'each',
    strong: strongAt,
    infer: ([d, w]) => {
      check(
        w.shape.length === 2 && equal(last(d.shape), w.shape[0]),
        'matmulT: the last dim of d is not the first of W',
      )
      return [{ dtype: 'real', shape: [...leads(d), w.shape[1]] }]
    },
    evaluate: ({ ins: [d, w], attrs, shapes: [shape] }) => {
      const term = termOf(attrs)
      return [
        build(shape, index => {
          const lead = index.slice(0, -1)
          const [left, right] = [line(d, [...lead, 0], lead.length), line(w, [0, last(index)], 0)]
          return sumOver(w.shape[0], n => term(left(n), right(n)))
        }),
      ]
    },
    vjp: ({ builder: b, ins: [d, w], attrs: { strongLeft, strongRight }, cotangents: [dy], wanted }) =>
      dy === undefined
        ? []
        : [
            wanted(0) ? b.emit('matmul', [dy, w], strongly(true, strongRight)) : undefined,
            wanted(1) ? b.emit('outer', [d, dy], strongly(strongLeft, true)) : undefined,
          ],
    lower: ({ plan, ins: [d, w], outs: [y], attrs }) =>
      plan.gemm({
        ...attrs,
        batch: [],
        m: product(leads(d)),
        n: w.shape[1],
        k: w.shape[0],
        a: flat(plan.packed(d), w.shape[0]),
        b: plan.operand(w),
        c: flat(plan.output(y), w.shape[1]),
      }),
    flops: ([d, w]) => twice([...d.shape, w.shape[1]]),
  }),
  /** d [L…, N], x [L…, K] → Σ over L of d xᵀ: [N, K]. */
  defineOp({
    name: 'outer',
    leading: {
      operands: 'all',
      leadsum: unchanged,
      byOthers: {
        rows: ({ builder: b, ins, attrs: { strongLeft, strongRight } }) => {
          const flattened = ins.map(v => reshape(b, v, [v.shape[0], product(leads(v).slice(1)), last(v.shape)]))
          return b.emit('bmm', flattened, { ta: true, tb: false, ...strongly(strongLeft, strongRight) })
        },
      },
    },
    linear: 'each',
    strong: strongAt,
    infer: ([d, x]) => {
      check(sameShape(leads(d), leads(x)), 'outer: the leading dims differ')
      return [{ dtype: 'real', shape: [last(d.shape), last(x.shape)] }]
    },
    evaluate: ({ ins: [d, x], attrs, shapes: [[n, k]] }) => {
      const [term, length] = [termOf(attrs), n === 0 ? 0 : d.data.length / n]
      return [build([n, k], ([i, j]) => sumOver(length, l => term(d.data[l * n + i], x.data[l * k + j])))]
    },
    vjp: ({ builder: b, ins: [d, x], attrs: { strongLeft, strongRight }, cotangents: [g], wanted }) =>
      g === undefined
        ? []
        : [
            wanted(0) ? b.emit('matmul', [x, g], strongly(strongRight, true)) : undefined,
            wanted(1) ? b.emit('matmulT', [d, g], strongly(strongLeft, true)) : undefined,
          ],
    lower: ({ plan, ins: [d, x], outs: [y], attrs }) => {
      const [n, k] = y.shape
      plan.gemm({
        ...attrs,
        batch: [],
        m: n,
        n: k,
        k: product(leads(d)),
        a: swap(flat(plan.packed(d), n)),
        b: flat(plan.packed(x), k),
        c: plan.output(y),
      })
    },
    flops: ([d, x]) => twice([...d.shape, last(x.shape)]),
  }),
  /** a [L…, M, K] · b [L…, K, N] → [L…, M, N], either transposed first (`ta`: a is [L…, K, M]). */
  defineOp({
    name: 'bmm',
    leading: {
      operands: 'all',
      rows: unchanged,
      byOthers: {
        leadsum: ({ builder: b, ins: [x, y], attrs: { ta, tb, strongLeft, strongRight } }) => {
          const joined = [contractingFirst(b, x, ta ? -2 : -1), contractingFirst(b, y, tb ? -1 : -2)]
          return b.emit('bmm', joined, { ta, tb, ...strongly(strongLeft, strongRight) })
        },
      },
    },
    linear: 'each',
    strong: strongAt,
    infer: ([a, b], { ta, tb }) => {
      const rank = a.shape.length
      const [m, ka] = ta ? [a.shape[rank - 1], a.shape[rank - 2]] : [a.shape[rank - 2], a.shape[rank - 1]]
      const [kb, n] = tb ? [b.shape[rank - 1], b.shape[rank - 2]] : [b.shape[rank - 2], b.shape[rank - 1]]
      check(rank >= 2 && b.shape.length === rank, 'bmm: operands of different ranks')
      check(equal(ka, kb), 'bmm: the contracted dims differ')
      check(sameShape(a.shape.slice(0, -2), b.shape.slice(0, -2)), 'bmm: the leading dims differ')
      return [{ dtype: 'real', shape: [...a.shape.slice(0, -2), m, n] }]
    },
    evaluate: ({ ins: [a, b], attrs: { ta, tb, ...strong }, shapes: [shape] }) => {
      const [rank, term] = [shape.length, termOf(strong)]
      const inner = ta ? a.shape[rank - 2] : a.shape[rank - 1]
      return [
        build(shape, index => {
          const lead = index.slice(0, -2)
          const [i, j] = index.slice(-2)
          const left = line(a, [...lead, ...(ta ? [0, i] : [i, 0])], lead.length + (ta ? 0 : 1))
          const right = line(b, [...lead, ...(tb ? [j, 0] : [0, j])], lead.length + (tb ? 1 : 0))
          return sumOver(inner, k => term(left(k), right(k)))
        }),
      ]
    },
    vjp: ({ builder, ins: [a, b], attrs: { ta, tb, strongLeft, strongRight }, cotangents: [d], wanted }) => {
      if (d === undefined) return []
      // The cotangent stands left or right, beside the other operand.
      const left = (other: Value, tx: boolean, ty: boolean, strong: boolean): Value =>
        builder.emit('bmm', [d, other], { ta: tx, tb: ty, ...strongly(true, strong) })
      const right = (other: Value, tx: boolean, ty: boolean, strong: boolean): Value =>
        builder.emit('bmm', [other, d], { ta: tx, tb: ty, ...strongly(strong, true) })
      return [
        wanted(0) ? (ta ? right(b, tb, true, strongRight) : left(b, false, !tb, strongRight)) : undefined,
        wanted(1) ? (tb ? left(a, true, ta, strongLeft) : right(a, !ta, false, strongLeft)) : undefined,
      ]
    },
    lower: ({ plan, ins: [a, b], outs: [y], attrs: { ta, tb, ...strong } }) => {
      const rank = y.shape.length
      const left = plan.operand(a)
      const right = plan.operand(b)
      plan.gemm({
        ...strong,
        batch: y.shape.slice(0, -2),
        m: y.shape[rank - 2],
        n: y.shape[rank - 1],
        k: a.shape[ta ? rank - 2 : rank - 1],
        a: ta ? swap(left) : left,
        b: tb ? swap(right) : right,
        c: plan.output(y),
      })
    },
    flops: ([a], [y]) => twice([...a.shape, last(y.shape)]),
  }),
]

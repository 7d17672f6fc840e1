// Sums of products. Two families, each closed under differentiation: with a weight (matmul, matmulT, outer),
// and of two per-example matrices (bmm).
import type { Operand } from '../../plan/plan.ts'
import { at, build } from '../array.ts'
import { constant, type Dim, equal, multiply, product, sameShape } from '../dim.ts'
import type { Type, Value } from '../graph.ts'
import { defineOp, type Op, require, unchanged } from './define.ts'

export const last = <T>(list: readonly T[]): T => list[list.length - 1]
const leads = (t: Type): readonly Dim[] => t.shape.slice(0, -1)

/** Σ_k of a product, as an index function. */
export function sumOver(k: number, term: (k: number) => number): number {
  let sum = 0
  for (let i = 0; i < k; i++) sum += term(i)
  return sum
}

/** A dense [L…, K] as the matrix [ΠL, K]. */
export const flat = (operand: Operand, columns: Dim): Operand => ({ ...operand, strides: [columns, constant(1)] })

export const swap = ({ strides: [...s], ...rest }: Operand): Operand => {
  const n = s.length
  return { ...rest, strides: [...s.slice(0, n - 2), s[n - 1], s[n - 2]] }
}

const twice = (dims: readonly Dim[]): Dim => multiply(constant(2), product(dims))

export const contractionOps: readonly Op[] = [
  /** x [L…, K], W [N, K] → W x: [L…, N]. */
  defineOp({
    name: 'matmul',
    attrs: {},
    leading: { operands: [0], rows: unchanged },
    linear: 'each',
    infer: ([x, w]) => {
      require(w.shape.length === 2 && equal(last(x.shape), w.shape[1]), 'matmul: the last dim of x is not that of W')
      return [{ dtype: 'real', shape: [...leads(x), w.shape[0]] }]
    },
    evaluate: ({ ins: [x, w], shapes: [shape] }) => [
      build(shape, index => sumOver(w.shape[1], k => at(x, [...index.slice(0, -1), k]) * at(w, [last(index), k]))),
    ],
    vjp: ({ builder: b, ins: [x, w], cotangents: [d], wanted }) =>
      d === undefined
        ? []
        : [wanted(0) ? b.emit('matmulT', [d, w]) : undefined, wanted(1) ? b.emit('outer', [d, x]) : undefined],
    lower: ({ plan, ins: [x, w], outs: [y] }) =>
      plan.gemm({
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
    attrs: {},
    leading: { operands: [0], rows: unchanged },
    linear: 'each',
    infer: ([d, w]) => {
      require(w.shape.length === 2 &&
        equal(last(d.shape), w.shape[0]), 'matmulT: the last dim of d is not the first of W')
      return [{ dtype: 'real', shape: [...leads(d), w.shape[1]] }]
    },
    evaluate: ({ ins: [d, w], shapes: [shape] }) => [
      build(shape, index => sumOver(w.shape[0], n => at(d, [...index.slice(0, -1), n]) * at(w, [n, last(index)]))),
    ],
    vjp: ({ builder: b, ins: [d, w], cotangents: [dy], wanted }) =>
      dy === undefined
        ? []
        : [wanted(0) ? b.emit('matmul', [dy, w]) : undefined, wanted(1) ? b.emit('outer', [d, dy]) : undefined],
    lower: ({ plan, ins: [d, w], outs: [y] }) =>
      plan.gemm({
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
    attrs: {},
    leading: { operands: 'all', leadsum: unchanged },
    linear: 'each',
    infer: ([d, x]) => {
      require(sameShape(leads(d), leads(x)), 'outer: the leading dims differ')
      return [{ dtype: 'real', shape: [last(d.shape), last(x.shape)] }]
    },
    evaluate: ({ ins: [d, x], shapes: [[n, k]] }) => [
      build([n, k], ([i, j]) => sumOver(n === 0 ? 0 : d.data.length / n, l => d.data[l * n + i] * x.data[l * k + j])),
    ],
    vjp: ({ builder: b, ins: [d, x], cotangents: [g], wanted }) =>
      g === undefined
        ? []
        : [wanted(0) ? b.emit('matmul', [x, g]) : undefined, wanted(1) ? b.emit('matmulT', [d, g]) : undefined],
    lower: ({ plan, ins: [d, x], outs: [y] }) => {
      const [n, k] = y.shape
      plan.gemm({
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
    attrs: { ta: 'boolean', tb: 'boolean' },
    leading: { operands: 'all', rows: unchanged },
    linear: 'each',
    infer: ([a, b], { ta, tb }) => {
      const rank = a.shape.length
      const [m, ka] = ta ? [a.shape[rank - 1], a.shape[rank - 2]] : [a.shape[rank - 2], a.shape[rank - 1]]
      const [kb, n] = tb ? [b.shape[rank - 1], b.shape[rank - 2]] : [b.shape[rank - 2], b.shape[rank - 1]]
      require(rank >= 2 && b.shape.length === rank, 'bmm: operands of different ranks')
      require(equal(ka, kb), 'bmm: the contracted dims differ')
      require(sameShape(a.shape.slice(0, -2), b.shape.slice(0, -2)), 'bmm: the leading dims differ')
      return [{ dtype: 'real', shape: [...a.shape.slice(0, -2), m, n] }]
    },
    evaluate: ({ ins: [a, b], attrs: { ta, tb }, shapes: [shape] }) => {
      const rank = shape.length
      const inner = ta ? a.shape[rank - 2] : a.shape[rank - 1]
      return [
        build(shape, index => {
          const lead = index.slice(0, -2)
          const [i, j] = index.slice(-2)
          return sumOver(
            inner,
            k => at(a, [...lead, ...(ta ? [k, i] : [i, k])]) * at(b, [...lead, ...(tb ? [j, k] : [k, j])]),
          )
        }),
      ]
    },
    vjp: ({ builder, ins: [a, b], attrs: { ta, tb }, cotangents: [d], wanted }) => {
      if (d === undefined) return []
      const bmm = (x: Value, y: Value, tx: boolean, ty: boolean): Value =>
        builder.emit('bmm', [x, y], { ta: tx, tb: ty })
      return [
        wanted(0) ? (ta ? bmm(b, d, tb, true) : bmm(d, b, false, !tb)) : undefined,
        wanted(1) ? (tb ? bmm(d, a, true, ta) : bmm(a, d, !ta, false)) : undefined,
      ]
    },
    lower: ({ plan, ins: [a, b], outs: [y], attrs: { ta, tb } }) => {
      const rank = y.shape.length
      const left = plan.operand(a)
      const right = plan.operand(b)
      plan.gemm({
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

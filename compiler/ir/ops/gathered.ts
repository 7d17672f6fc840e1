// Products with gathered rows, W E[i]: an embedding in front of a layer. A family closed under differentiation. Where the table
// has fewer rows than there are indices, the table is multiplied and the products are gathered; backward, cotangents are first
// summed by row.
import type { Operand } from '../../plan/plan.ts'
import { at, build, type NdArray } from '../array.ts'
import { constant, type Dim, equal, multiply, product, sameShape } from '../dim.ts'
import type { Type } from '../graph.ts'
import type { Lowering } from '../lowering.ts'
import { check } from './attributes.ts'
import { flat, last, type StrongZeros, strongAt, strongly, sumOver, swap, termOf } from './contractions.ts'
import { defineOp, type Op, unchanged } from './define.ts'
import { gathering, type Laid, laid, scattering } from './indexing.ts'

/** An element of a row, as `gather` reads it: 0 outside the table. */
const rowAt = (table: NdArray, row: number, k: number): number =>
  row >= 0 && row < table.shape[0] ? at(table, [row, k]) : 0

const isTable = ({ shape }: Type): boolean => shape.length === 2

/** Adds the kernel c = a b of matrices. */
function gemm(
  plan: Lowering,
  { strongLeft, strongRight }: StrongZeros,
  [m, n, k]: readonly [Dim, Dim, Dim],
  ...[a, b, c]: readonly [Operand, Operand, Operand]
): void {
  plan.gemm({ strongLeft, strongRight, batch: [], m, n, k, a, b, c })
}

/** Writes E[i] to a buffer [L…, K]. */
function gathered(plan: Lowering, e: Laid, i: Laid): Operand {
  const to = plan.temporary('real', [...i.shape, e.shape[1]])
  plan.map(gathering(e, i, to))
  return to
}

/** Adds up d [L…, M] by row into a buffer [rows, M]. */
function summed(plan: Lowering, d: Laid, i: Laid, rows: Dim): Operand {
  const to = plan.temporary('real', [rows, last(d.shape)])
  for (const kernel of scattering(d, i, to, rows)) plan.map(kernel)
  return to
}

/** An upper bound for the multiplications and additions of both ways. */
const flops = (rows: Dim, ...inner: readonly Dim[]): Dim => multiply(constant(2), product([rows, ...inner]))

export const gatheredOps: readonly Op[] = [
  /** E [N, K], i [L…], W [M, K] → W E[i]: [L…, M]. */
  defineOp({
    name: 'gather_matmul',
    leading: { operands: [1], rows: unchanged },
    linear: 'each',
    strong: strongAt,
    infer: ([table, index, w]) => {
      check(isTable(table) && isTable(w) && index.dtype === 'int', 'gather_matmul: a table, indices and a weight')
      check(equal(table.shape[1], w.shape[1]), 'gather_matmul: the rows of the table are not those of W')
      return [{ dtype: 'real', shape: [...index.shape, w.shape[0]] }]
    },
    evaluate: ({ ins: [table, index, w], attrs, shapes: [shape] }) => {
      const term = termOf(attrs)
      return [
        build(shape, place => {
          const row = at(index, place.slice(0, -1))
          return sumOver(w.shape[1], k => term(rowAt(table, row, k), at(w, [last(place), k])))
        }),
      ]
    },
    vjp: ({ builder: b, ins: [table, index, w], attrs: { strongLeft, strongRight }, cotangents: [d], wanted }) =>
      d === undefined
        ? []
        : [
            wanted(0)
              ? b.emit('scatter_matmulT', [d, index, w], { rows: table.shape[0], ...strongly(true, strongRight) })
              : undefined,
            undefined,
            wanted(2) ? b.emit('gather_outer', [d, index, table], strongly(true, strongLeft)) : undefined,
          ],
    lower: ({ plan, ins: [table, index, w], outs: [y], attrs }) => {
      const [[rows, k], [m]] = [table.shape, w.shape]
      const [e, i, weight, out] = [laid(plan, table), laid(plan, index), plan.operand(w), plan.output(y)]
      const count = product(index.shape)
      plan.choice(rows, count, [
        () => {
          const products = plan.temporary('real', [rows, m])
          gemm(plan, attrs, [rows, m, k], e.operand, swap(weight), products)
          plan.map(gathering({ shape: [rows, m], operand: products }, i, out))
        },
        () => {
          const all = flat(gathered(plan, e, i), k)
          gemm(plan, attrs, [count, m, k], all, swap(weight), flat(out, m))
        },
      ])
    },
    flops: ([table, index, w]) => flops(product(index.shape), table.shape[1], w.shape[0]),
  }),
  /** d [L…, M], i [L…], E [N, K] → Σ over L of d E[i]ᵀ: [M, K]. */
  defineOp({
    name: 'gather_outer',
    linear: 'each',
    strong: strongAt,
    infer: ([d, index, table]) => {
      check(isTable(table) && index.dtype === 'int', 'gather_outer: a cotangent, indices and a table')
      check(sameShape(d.shape.slice(0, -1), index.shape), 'gather_outer: the leading dims differ')
      return [{ dtype: 'real', shape: [last(d.shape), table.shape[1]] }]
    },
    evaluate: ({ ins: [d, index, table], attrs, shapes: [[m, k]] }) => {
      const term = termOf(attrs)
      return [
        build([m, k], ([i, j]) =>
          sumOver(index.data.length, l => term(d.data[l * m + i], rowAt(table, index.data[l], j))),
        ),
      ]
    },
    vjp: ({ builder: b, ins: [d, index, table], attrs: { strongLeft, strongRight }, cotangents: [g], wanted }) =>
      g === undefined
        ? []
        : [
            wanted(0) ? b.emit('gather_matmul', [table, index, g], strongly(strongRight, true)) : undefined,
            undefined,
            wanted(2)
              ? b.emit('scatter_matmulT', [d, index, g], { rows: table.shape[0], ...strongly(strongLeft, true) })
              : undefined,
          ],
    lower: ({ plan, ins: [d, index, table], outs: [y], attrs }) => {
      const [[rows, k], m] = [table.shape, last(d.shape)]
      const cotangent = { shape: d.shape, operand: plan.packed(d) }
      const [i, e, out] = [laid(plan, index), laid(plan, table), plan.output(y)]
      const count = product(index.shape)
      plan.choice(rows, count, [
        () => gemm(plan, attrs, [m, k, rows], swap(summed(plan, cotangent, i, rows)), e.operand, out),
        () => {
          const all = flat(gathered(plan, e, i), k)
          gemm(plan, attrs, [m, k, count], swap(flat(cotangent.operand, m)), all, out)
        },
      ])
    },
    flops: ([d, , table]) => flops(product(d.shape), table.shape[1]),
  }),
  /** d [L…, M], i [L…], W [M, K] → Σ of Wᵀ d by row: [rows, K]. */
  defineOp({
    name: 'scatter_matmulT',
    linear: 'each',
    strong: strongAt,
    infer: ([d, index, w], { rows }) => {
      check(isTable(w) && index.dtype === 'int', 'scatter_matmulT: a cotangent, indices and a weight')
      check(sameShape(d.shape.slice(0, -1), index.shape), 'scatter_matmulT: the leading dims differ')
      check(equal(last(d.shape), w.shape[0]), 'scatter_matmulT: the last dim of d is not the first of W')
      return [{ dtype: 'real', shape: [rows, w.shape[1]] }]
    },
    evaluate: ({ ins: [d, index, w], attrs, shapes: [[rows, k]] }) => {
      const [m, term] = [w.shape[0], termOf(attrs)]
      return [
        build([rows, k], ([row, j]) =>
          sumOver(index.data.length, l =>
            index.data[l] === row ? sumOver(m, i => term(d.data[l * m + i], at(w, [i, j]))) : 0,
          ),
        ),
      ]
    },
    vjp: ({ builder: b, ins: [d, index, w], attrs: { strongLeft, strongRight }, cotangents: [g], wanted }) =>
      g === undefined
        ? []
        : [
            wanted(0) ? b.emit('gather_matmul', [g, index, w], strongly(true, strongRight)) : undefined,
            undefined,
            wanted(2) ? b.emit('gather_outer', [d, index, g], strongly(strongLeft, true)) : undefined,
          ],
    lower: ({ plan, ins: [d, index, w], outs: [y], attrs: { rows, ...strong } }) => {
      const [m, k] = w.shape
      const cotangent = { shape: d.shape, operand: plan.packed(d) }
      const [i, weight, out] = [laid(plan, index), plan.operand(w), plan.output(y)]
      const count = product(index.shape)
      plan.choice(rows, count, [
        () => gemm(plan, strong, [rows, k, m], summed(plan, cotangent, i, rows), weight, out),
        () => {
          const products = plan.temporary('real', [...index.shape, k])
          gemm(plan, strong, [count, k, m], flat(cotangent.operand, m), weight, flat(products, k))
          const each = { shape: [...index.shape, k], operand: products }
          for (const kernel of scattering(each, i, out, rows)) plan.map(kernel)
        },
      ])
    },
    flops: ([d, , w]) => flops(product(d.shape), w.shape[1]),
  }),
]

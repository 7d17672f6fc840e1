// Products with gathered rows, W E[i]: an embedding in front of a layer. A family closed under differentiation. Where the table
// has fewer rows than there are indices, the table is multiplied and the products are gathered; backward, cotangents are first
// added up by row.
import type { Operand } from '../../plan/plan.ts'
import { at, build, type NdArray } from '../array.ts'
import { constant, type Dim, equal, multiply, product, sameShape } from '../dim.ts'
import type { Type } from '../graph.ts'
import type { Lowering } from '../lowering.ts'
import { defineOp, type Op, require, unchanged } from './define.ts'
import { gathering, scattering } from './indexing.ts'

const last = <T>(list: readonly T[]): T => list[list.length - 1]

/** A row of a table at a place, zero outside the table: what `gather` gives. */
const rowAt = (table: NdArray, row: number, k: number): number =>
  row >= 0 && row < table.shape[0] ? at(table, [row, k]) : 0

function sumOver(n: number, term: (i: number) => number): number {
  let sum = 0
  for (let i = 0; i < n; i++) sum += term(i)
  return sum
}

const isTable = ({ shape }: Type): boolean => shape.length === 2

/** The rows of several leading dimensions as one: [L…, K] is [ΠL, K]. */
const flat = (operand: Operand, columns: Dim): Operand => ({ ...operand, strides: [columns, constant(1)] })

const swapped = ({ strides: [a, b], ...rest }: Operand): Operand => ({ ...rest, strides: [b, a] })

/** c = a b for matrices. */
const gemm = (plan: Lowering, [m, n, k]: readonly [Dim, Dim, Dim], a: Operand, b: Operand, c: Operand): void =>
  plan.gemm({ batch: [], m, n, k, a, b, c })

/** Both ways take this many multiplications and additions at most. */
const flops = (rows: Dim, ...inner: readonly Dim[]): Dim => multiply(constant(2), product([rows, ...inner]))

export const gatheredOps: readonly Op[] = [
  /** E [N, K], i [L…], W [M, K] → W E[i]: [L…, M]. */
  defineOp({
    name: 'gather_matmul',
    attrs: {},
    leading: { operands: [1], rows: unchanged },
    linear: 'each',
    infer: ([table, index, w]) => {
      require(isTable(table) && isTable(w) && index.dtype === 'int', 'gather_matmul: a table, indices and a weight')
      require(equal(table.shape[1], w.shape[1]), 'gather_matmul: the rows of the table are not those of W')
      return [{ dtype: 'real', shape: [...index.shape, w.shape[0]] }]
    },
    evaluate: ({ ins: [table, index, w], shapes: [shape] }) => [
      build(shape, place => {
        const row = at(index, place.slice(0, -1))
        return sumOver(w.shape[1], k => rowAt(table, row, k) * at(w, [last(place), k]))
      }),
    ],
    vjp: ({ builder: b, ins: [table, index, w], cotangents: [d], wanted }) =>
      d === undefined
        ? []
        : [
            wanted(0) ? b.emit('scatter_matmulT', [d, index, w], { rows: table.shape[0] }) : undefined,
            undefined,
            wanted(2) ? b.emit('gather_outer', [d, index, table]) : undefined,
          ],
    lower: ({ plan, ins: [table, index, w], outs: [y] }) => {
      const [[rows, k], [m]] = [table.shape, w.shape]
      const [e, i, weight, out] = [plan.operand(table), plan.operand(index), plan.operand(w), plan.output(y)]
      const count = product(index.shape)
      plan.choice(rows, count, [
        () => {
          const products = plan.temporary('real', [rows, m])
          gemm(plan, [rows, m, k], e, swapped(weight), products)
          plan.map(gathering(products, [rows, m], i, index.shape, out))
        },
        () => {
          const gathered = plan.temporary('real', [...index.shape, k])
          plan.map(gathering(e, table.shape, i, index.shape, gathered))
          gemm(plan, [count, m, k], flat(gathered, k), swapped(weight), flat(out, m))
        },
      ])
    },
    flops: ([table, index, w]) => flops(product(index.shape), table.shape[1], w.shape[0]),
  }),
  /** d [L…, M], i [L…], E [N, K] → Σ over L of d E[i]ᵀ: [M, K]. */
  defineOp({
    name: 'gather_outer',
    attrs: {},
    linear: 'each',
    infer: ([d, index, table]) => {
      require(isTable(table) && index.dtype === 'int', 'gather_outer: a cotangent, indices and a table')
      require(sameShape(d.shape.slice(0, -1), index.shape), 'gather_outer: the leading dims differ')
      return [{ dtype: 'real', shape: [last(d.shape), table.shape[1]] }]
    },
    evaluate: ({ ins: [d, index, table], shapes: [[m, k]] }) => [
      build([m, k], ([i, j]) => sumOver(index.data.length, l => d.data[l * m + i] * rowAt(table, index.data[l], j))),
    ],
    vjp: ({ builder: b, ins: [d, index, table], cotangents: [g], wanted }) =>
      g === undefined
        ? []
        : [
            wanted(0) ? b.emit('gather_matmul', [table, index, g]) : undefined,
            undefined,
            wanted(2) ? b.emit('scatter_matmulT', [d, index, g], { rows: table.shape[0] }) : undefined,
          ],
    lower: ({ plan, ins: [d, index, table], outs: [y] }) => {
      const [[rows, k], m] = [table.shape, last(d.shape)]
      const [cotangent, i, e, out] = [plan.packed(d), plan.operand(index), plan.operand(table), plan.output(y)]
      const count = product(index.shape)
      plan.choice(rows, count, [
        () => {
          const sums = plan.temporary('real', [rows, m])
          for (const kernel of scattering(cotangent, d.shape, i, index.shape, sums, rows)) plan.map(kernel)
          gemm(plan, [m, k, rows], swapped(sums), e, out)
        },
        () => {
          const gathered = plan.temporary('real', [...index.shape, k])
          plan.map(gathering(e, table.shape, i, index.shape, gathered))
          gemm(plan, [m, k, count], swapped(flat(cotangent, m)), flat(gathered, k), out)
        },
      ])
    },
    flops: ([d, , table]) => flops(product(d.shape), table.shape[1]),
  }),
  /** d [L…, M], i [L…], W [M, K] → Σ of Wᵀ d by row: [rows, K]. */
  defineOp({
    name: 'scatter_matmulT',
    attrs: { rows: 'dim' },
    linear: 'each',
    infer: ([d, index, w], { rows }) => {
      require(isTable(w) && index.dtype === 'int', 'scatter_matmulT: a cotangent, indices and a weight')
      require(sameShape(d.shape.slice(0, -1), index.shape), 'scatter_matmulT: the leading dims differ')
      require(equal(last(d.shape), w.shape[0]), 'scatter_matmulT: the last dim of d is not the first of W')
      return [{ dtype: 'real', shape: [rows, w.shape[1]] }]
    },
    evaluate: ({ ins: [d, index, w], shapes: [[rows, k]] }) => {
      const m = w.shape[0]
      return [
        build([rows, k], ([row, j]) =>
          sumOver(index.data.length, l =>
            index.data[l] === row ? sumOver(m, i => d.data[l * m + i] * at(w, [i, j])) : 0,
          ),
        ),
      ]
    },
    vjp: ({ builder: b, ins: [d, index, w], cotangents: [g], wanted }) =>
      g === undefined
        ? []
        : [
            wanted(0) ? b.emit('gather_matmul', [g, index, w]) : undefined,
            undefined,
            wanted(2) ? b.emit('gather_outer', [d, index, g]) : undefined,
          ],
    lower: ({ plan, ins: [d, index, w], outs: [y], attrs: { rows } }) => {
      const [m, k] = w.shape
      const [cotangent, i, weight, out] = [plan.packed(d), plan.operand(index), plan.operand(w), plan.output(y)]
      const count = product(index.shape)
      plan.choice(rows, count, [
        () => {
          const sums = plan.temporary('real', [rows, m])
          for (const kernel of scattering(cotangent, d.shape, i, index.shape, sums, rows)) plan.map(kernel)
          gemm(plan, [rows, k, m], sums, weight, out)
        },
        () => {
          const products = plan.temporary('real', [...index.shape, k])
          gemm(plan, [count, k, m], flat(cotangent, m), weight, flat(products, k))
          for (const kernel of scattering(products, [...index.shape, k], i, index.shape, out, rows)) plan.map(kernel)
        },
      ])
    },
    flops: ([d, , w]) => flops(product(d.shape), w.shape[1]),
  }),
]

// The limits of plain JavaScript: the fastest known matrix product and matrix-vector product.
import { bestRate, type Shape, shortest, streamShape } from './shapes.ts'

/**
 * C = A B. A is packed in panels of 4 rows ([M/4][K][4]), B in panels of 4 columns ([N/4][K][4]), C row-major; M and N are
 * multiples of 4. Sums are doubles: rounding each to a float costs three times as much.
 */
export function multiply(a: Float32Array, b: Float32Array, c: Float32Array, { M, N, K }: Shape): void {
  const product = { a, b, c, N, K }
  for (let j = 0; j < N; j += 4) {
    for (let i = 0; i < M; i += 4) block(product, i * K, j * K, i * N + j)
  }
}

interface Product {
  readonly a: Float32Array
  readonly b: Float32Array
  readonly c: Float32Array
  readonly N: number
  readonly K: number
}

/** One block of 4 rows and 4 columns: of the panels at `p` and `q`, to c at `at`. */
function block({ a, b, c, N, K }: Product, p: number, q: number, at: number): void {
  let c00 = 0
  let c01 = 0
  let c02 = 0
  let c03 = 0
  let c10 = 0
  let c11 = 0
  let c12 = 0
  let c13 = 0
  let c20 = 0
  let c21 = 0
  let c22 = 0
  let c23 = 0
  let c30 = 0
  let c31 = 0
  let c32 = 0
  let c33 = 0
  for (let k = 0; k < K; k++, p += 4, q += 4) {
    const b0 = b[q]
    const b1 = b[q + 1]
    const b2 = b[q + 2]
    const b3 = b[q + 3]
    const a0 = a[p]
    c00 += a0 * b0
    c01 += a0 * b1
    c02 += a0 * b2
    c03 += a0 * b3
    const a1 = a[p + 1]
    c10 += a1 * b0
    c11 += a1 * b1
    c12 += a1 * b2
    c13 += a1 * b3
    const a2 = a[p + 2]
    c20 += a2 * b0
    c21 += a2 * b1
    c22 += a2 * b2
    c23 += a2 * b3
    const a3 = a[p + 3]
    c30 += a3 * b0
    c31 += a3 * b1
    c32 += a3 * b2
    c33 += a3 * b3
  }
  c[at] = c00
  c[at + 1] = c01
  c[at + 2] = c02
  c[at + 3] = c03
  c[at + N] = c10
  c[at + N + 1] = c11
  c[at + N + 2] = c12
  c[at + N + 3] = c13
  c[at + 2 * N] = c20
  c[at + 2 * N + 1] = c21
  c[at + 2 * N + 2] = c22
  c[at + 2 * N + 3] = c23
  c[at + 3 * N] = c30
  c[at + 3 * N + 1] = c31
  c[at + 3 * N + 2] = c32
  c[at + 3 * N + 3] = c33
}

/** [rows, columns] as panels of `width` rows: [rows/width][columns][width]. */
export function panels(matrix: Float32Array, rows: number, columns: number, width: number): Float32Array {
  const packed = new Float32Array(rows * columns)
  for (let r = 0; r < rows; r++) {
    const panel = (r - (r % width)) * columns + (r % width)
    for (let c = 0; c < columns; c++) packed[panel + c * width] = matrix[r * columns + c]
  }
  return packed
}

/** y = W x, with W in panels of 4 rows. */
export function apply4(w: Float32Array, x: Float32Array, y: Float32Array): void {
  const K = x.length
  for (let i = 0, p = 0; i < y.length; i += 4) {
    let y0 = 0
    let y1 = 0
    let y2 = 0
    let y3 = 0
    for (let k = 0; k < K; k++, p += 4) {
      const v = x[k]
      y0 += w[p] * v
      y1 += w[p + 1] * v
      y2 += w[p + 2] * v
      y3 += w[p + 3] * v
    }
    y[i] = y0
    y[i + 1] = y1
    y[i + 2] = y2
    y[i + 3] = y3
  }
}

/** y = W x, with W in panels of 8 rows. */
export function apply8(w: Float32Array, x: Float32Array, y: Float32Array): void {
  const K = x.length
  for (let i = 0, p = 0; i < y.length; i += 8) {
    let y0 = 0
    let y1 = 0
    let y2 = 0
    let y3 = 0
    let y4 = 0
    let y5 = 0
    let y6 = 0
    let y7 = 0
    for (let k = 0; k < K; k++, p += 8) {
      const v = x[k]
      y0 += w[p] * v
      y1 += w[p + 1] * v
      y2 += w[p + 2] * v
      y3 += w[p + 3] * v
      y4 += w[p + 4] * v
      y5 += w[p + 5] * v
      y6 += w[p + 6] * v
      y7 += w[p + 7] * v
    }
    y[i] = y0
    y[i + 1] = y1
    y[i + 2] = y2
    y[i + 3] = y3
    y[i + 4] = y4
    y[i + 5] = y5
    y[i + 6] = y6
    y[i + 7] = y7
  }
}

/** The best matrix product in plain JavaScript, in GFLOP/s. */
export const matrixRate = (random: (length: number) => Float32Array): number =>
  bestRate(shape => {
    const [a, b] = [random(shape.M * shape.K), random(shape.N * shape.K)]
    const c = new Float32Array(shape.M * shape.N)
    return () => multiply(a, b, c, shape)
  })

/** The best matrix-vector product of W6-stream's size in plain JavaScript, in ms. */
export function vectorTime(random: (length: number) => Float32Array): number {
  const { rows, columns } = streamShape
  const [w, x, y] = [random(rows * columns), random(columns), new Float32Array(rows)]
  return Math.min(...[apply4, apply8].map(apply => shortest(() => apply(w, x, y))))
}

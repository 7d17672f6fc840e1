// The matrix product of the generated modules: four by four results in registers, from operands packed as doubles.
import { arrayTypeName } from '../arrays.ts'
import type { Precision } from '../backend.ts'

/** Number of columns side by side in a panel of a packed operand. */
export const panelWidth = 4

/** Fewest rows or columns, and shortest sums, for which packing pays. */
export const leastPacked = { vectors: 12, depth: 24 }

/** `gemm`, `gemmPacked` and `packRight`, which choose how to multiply, and the sizes of the blocks. */
const entries = `\
// c[m, n] = the sum over k of a[m, k] * b[k, n]. Each operand: buffer, start, stride of a row, stride of a column.
function gemm(a, a0, am, ak, b, b0, bk, bn, c, c0, cm, cn, M, N, K) {
  const least = Math.min(M, N)
  if (K < 8 || least < 16 || (least < 48 && K <= blockK)) return smallGemm(a, a0, am, ak, b, b0, bk, bn, c, c0, cm, cn, M, N, K)
  for (let n = 0; n < N; n += blockN) {
    const columns = Math.min(blockN, N - n)
    for (let k = 0; k < K; k += blockK) {
      const depth = Math.min(blockK, K - k)
      pack(packedB, 0, b, b0 + k * bk + n * bn, bn, bk, columns, depth)
      multiplyBlock(a, a0 + k * ak, am, ak, packedB, 0, 4 * depth, c, c0 + n * cn, cm, cn, M, columns, depth, k > 0)
    }
  }
}

// The same, where packRight has laid out the right operand from \`start\` on.
function gemmPacked(packed, start, a, a0, am, ak, b, b0, bk, bn, c, c0, cm, cn, M, N, K) {
  if (!worthPacking(M, N, K)) return smallGemm(a, a0, am, ak, b, b0, bk, bn, c, c0, cm, cn, M, N, K)
  for (let k = 0; k < K; k += blockK) {
    const depth = Math.min(blockK, K - k)
    multiplyBlock(a, a0 + k * ak, am, ak, packed, start + 4 * k, 4 * K, c, c0, cm, cn, M, N, depth, k > 0)
  }
}

// Lays out a right operand for gemmPacked, unless that will not read it.
function packRight(packed, start, b, b0, bk, bn, M, N, K) {
  if (worthPacking(M, N, K)) pack(packed, start, b, b0, bn, bk, N, K)
}

// Few vectors, or short ones, are as fast without.
const worthPacking = (M, N, K) => M >= ${leastPacked.vectors} && N >= ${leastPacked.vectors} && K >= ${leastPacked.depth}

const blockM = 64
const blockN = 256
const blockK = 512
const packedA = new Float64Array(blockM * blockK)
const packedB = new Float64Array(blockN * blockK)
`

/** The product of packed operands, a block at a time. */
const packedProduct = `\
// All rows times the panels of \`packed\`, \`panel\` apart, written to c or added to it.
function multiplyBlock(a, a0, am, ak, packed, start, panel, c, c0, cm, cn, M, N, depth, adds) {
  for (let m = 0; m < M; m += blockM) {
    const rows = Math.min(blockM, M - m)
    pack(packedA, 0, a, a0 + m * am, am, ak, rows, depth)
    for (let n = 0, q = start; n < N; n += 4, q += panel) {
      for (let i = 0; i < rows; i += 4) {
        const to = c0 + (m + i) * cm + n * cn
        if (n + 4 <= N && i + 4 <= rows) multiply(packedA, i * depth, packed, q, depth, c, to, cm, cn, adds)
        else {
          multiply(packedA, i * depth, packed, q, depth, tile, 0, 4, 1, false)
          store(c, to, cm, cn, Math.min(4, rows - i), Math.min(4, N - n), adds)
        }
      }
    }
  }
}

// Lays vectors of length \`depth\` side by side in panels of four; those missing in the last panel are zeros.
function pack(to, at, from, start, stride, step, count, depth) {
  for (let i = 0; i < count; i += 4, start += 4 * stride, at += 4 * depth) {
    if (i + 4 <= count) {
      let p0 = start, p1 = p0 + stride, p2 = p1 + stride, p3 = p2 + stride
      for (let q = at, end = at + 4 * depth; q < end; q += 4) {
        to[q] = from[p0]
        to[q + 1] = from[p1]
        to[q + 2] = from[p2]
        to[q + 3] = from[p3]
        p0 += step, p1 += step, p2 += step, p3 += step
      }
    } else {
      for (let j = 0; j < 4; j++) {
        for (let k = 0, p = start + j * stride; k < depth; k++, p += step) to[at + 4 * k + j] = i + j < count ? from[p] : 0
      }
    }
  }
}

// Four packed rows times four packed columns, written to c or added to it. With another loop counter V8 is a sixth slower.
function multiply(a, p, b, q, depth, c, r0, cm, cn, adds) {
  let s00 = 0, s01 = 0, s02 = 0, s03 = 0
  let s10 = 0, s11 = 0, s12 = 0, s13 = 0
  let s20 = 0, s21 = 0, s22 = 0, s23 = 0
  let s30 = 0, s31 = 0, s32 = 0, s33 = 0
  for (let k = 0; k < depth; k++) {
    const y0 = b[q], y1 = b[q + 1], y2 = b[q + 2], y3 = b[q + 3]
    const x0 = a[p], x1 = a[p + 1], x2 = a[p + 2], x3 = a[p + 3]
    s00 += x0 * y0
    s01 += x0 * y1
    s02 += x0 * y2
    s03 += x0 * y3
    s10 += x1 * y0
    s11 += x1 * y1
    s12 += x1 * y2
    s13 += x1 * y3
    s20 += x2 * y0
    s21 += x2 * y1
    s22 += x2 * y2
    s23 += x2 * y3
    s30 += x3 * y0
    s31 += x3 * y1
    s32 += x3 * y2
    s33 += x3 * y3
    p += 4, q += 4
  }
  const r1 = r0 + cm, r2 = r1 + cm, r3 = r2 + cm, cn2 = 2 * cn, cn3 = 3 * cn
  if (adds) {
    s00 += c[r0], s01 += c[r0 + cn], s02 += c[r0 + cn2], s03 += c[r0 + cn3]
    s10 += c[r1], s11 += c[r1 + cn], s12 += c[r1 + cn2], s13 += c[r1 + cn3]
    s20 += c[r2], s21 += c[r2 + cn], s22 += c[r2 + cn2], s23 += c[r2 + cn3]
    s30 += c[r3], s31 += c[r3 + cn], s32 += c[r3 + cn2], s33 += c[r3 + cn3]
  }
  c[r0] = s00, c[r0 + cn] = s01, c[r0 + cn2] = s02, c[r0 + cn3] = s03
  c[r1] = s10, c[r1 + cn] = s11, c[r1 + cn2] = s12, c[r1 + cn3] = s13
  c[r2] = s20, c[r2 + cn] = s21, c[r2 + cn2] = s22, c[r2 + cn3] = s23
  c[r3] = s30, c[r3 + cn] = s31, c[r3 + cn2] = s32, c[r3 + cn3] = s33
}

// The part of the tile that lies inside c.
function store(c, c0, cm, cn, rows, columns, adds) {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const at = c0 + i * cm + j * cn
      c[at] = adds ? c[at] + tile[4 * i + j] : tile[4 * i + j]
    }
  }
}
`

/** The product of few or short vectors, read where they lie. */
const smallProduct = `\
// Without packing: four by three, as addresses need registers too; the rows and the columns left are vectors times a matrix.
function smallGemm(a, a0, am, ak, b, b0, bk, bn, c, c0, cm, cn, M, N, K) {
  const rows = M - (M % 4)
  const columns = N - (N % 3)
  for (let m = 0; m < rows; m += 4) {
    for (let n = 0; n < columns; n += 3) {
      fourByThree(a, a0 + m * am, am, ak, b, b0 + n * bn, bk, bn, c, c0 + m * cm + n * cn, cm, cn, K)
    }
  }
  for (let m = rows; m < M; m++) vector(a, a0 + m * am, ak, b, b0, bk, bn, c, c0 + m * cm, cn, N, K)
  for (let n = columns; n < N; n++) vector(b, b0 + n * bn, bk, a, a0, ak, am, c, c0 + n * cn, cm, rows, K)
}

function fourByThree(a, p, am, ak, b, q, bk, bn, c, r0, cm, cn, K) {
  let s00 = 0, s01 = 0, s02 = 0
  let s10 = 0, s11 = 0, s12 = 0
  let s20 = 0, s21 = 0, s22 = 0
  let s30 = 0, s31 = 0, s32 = 0
  const am2 = 2 * am, am3 = 3 * am, bn2 = 2 * bn
  for (let k = 0; k < K; k++) {
    const x0 = a[p], x1 = a[p + am], x2 = a[p + am2], x3 = a[p + am3]
    const y0 = b[q]
    s00 += x0 * y0
    s10 += x1 * y0
    s20 += x2 * y0
    s30 += x3 * y0
    const y1 = b[q + bn]
    s01 += x0 * y1
    s11 += x1 * y1
    s21 += x2 * y1
    s31 += x3 * y1
    const y2 = b[q + bn2]
    s02 += x0 * y2
    s12 += x1 * y2
    s22 += x2 * y2
    s32 += x3 * y2
    p += ak, q += bk
  }
  const r1 = r0 + cm, r2 = r1 + cm, r3 = r2 + cm, cn2 = 2 * cn
  c[r0] = s00, c[r0 + cn] = s01, c[r0 + cn2] = s02
  c[r1] = s10, c[r1 + cn] = s11, c[r1 + cn2] = s12
  c[r2] = s20, c[r2 + cn] = s21, c[r2 + cn2] = s22
  c[r3] = s30, c[r3 + cn] = s31, c[r3 + cn2] = s32
}

// c[n] = the sum over k of x[k] * b[k, n]: eight at a time, four, and one by one.
function vector(x, x0, xk, b, b0, bk, bn, c, c0, cn, N, K) {
  let n = 0
  for (; n + 8 <= N; n += 8) eightDots(x, x0, xk, b, b0 + n * bn, bk, bn, c, c0 + n * cn, cn, K)
  for (; n + 4 <= N; n += 4) fourDots(x, x0, xk, b, b0 + n * bn, bk, bn, c, c0 + n * cn, cn, K)
  for (; n < N; n++) {
    let s = 0
    for (let k = 0, p = x0, q = b0 + n * bn; k < K; k++, p += xk, q += bk) s += x[p] * b[q]
    c[c0 + n * cn] = s
  }
}

function eightDots(x, p, xk, b, q, bk, bn, c, r, cn, K) {
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0
  const bn2 = 2 * bn, bn3 = 3 * bn, bn4 = 4 * bn, bn5 = 5 * bn, bn6 = 6 * bn, bn7 = 7 * bn
  for (let k = 0; k < K; k++) {
    const y = x[p]
    s0 += y * b[q]
    s1 += y * b[q + bn]
    s2 += y * b[q + bn2]
    s3 += y * b[q + bn3]
    s4 += y * b[q + bn4]
    s5 += y * b[q + bn5]
    s6 += y * b[q + bn6]
    s7 += y * b[q + bn7]
    p += xk, q += bk
  }
  c[r] = s0, c[r + cn] = s1, c[r + 2 * cn] = s2, c[r + 3 * cn] = s3
  c[r + 4 * cn] = s4, c[r + 5 * cn] = s5, c[r + 6 * cn] = s6, c[r + 7 * cn] = s7
}

function fourDots(x, p, xk, b, q, bk, bn, c, r, cn, K) {
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0
  const bn2 = 2 * bn, bn3 = 3 * bn
  for (let k = 0; k < K; k++) {
    const y = x[p]
    s0 += y * b[q]
    s1 += y * b[q + bn]
    s2 += y * b[q + bn2]
    s3 += y * b[q + bn3]
    p += xk, q += bk
  }
  c[r] = s0, c[r + cn] = s1, c[r + 2 * cn] = s2, c[r + 3 * cn] = s3
}
`

/** The text of `gemm`, `gemmPacked`, `packRight` and their helpers. A module has one precision, so no array here has two types. */
export const gemmText = (precision: Precision): string =>
  `${entries}const tile = new ${arrayTypeName('real', precision)}(16)\n\n${packedProduct}\n${smallProduct}`

/** The names that the text defines. */
export const gemmNames: readonly string[] = [...gemmText('f32').matchAll(/^(?:function|const) (\w+)/gm)].map(m => m[1])

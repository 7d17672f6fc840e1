// The matrix product of the generated modules: four by four results in registers, from operands packed as doubles.

/** The text of `gemm`, and of what it calls. */
export const gemmText = `// c[m, n] = the sum over k of a[m, k] * b[k, n]. Each operand: buffer, start, stride of a row, stride of a column.
function gemm(a, a0, am, ak, b, b0, bk, bn, c, c0, cm, cn, M, N, K) {
  if (M < 4 || N < 4 || K < 8) return smallGemm(a, a0, am, ak, b, b0, bk, bn, c, c0, cm, cn, M, N, K)
  for (let k = 0; k < K; k += blockK) {
    const depth = Math.min(blockK, K - k)
    for (let m = 0; m < M; m += blockM) {
      const rows = Math.min(blockM, M - m)
      for (let i = 0; i < rows; i += 4) {
        pack(packedA, i * depth, a, a0 + (m + i) * am + k * ak, am, ak, Math.min(4, rows - i), depth)
      }
      for (let n = 0; n < N; n += 4) {
        const columns = Math.min(4, N - n)
        pack(packedB, 0, b, b0 + k * bk + n * bn, bn, bk, columns, depth)
        for (let i = 0; i < rows; i += 4) {
          const to = c0 + (m + i) * cm + n * cn
          if (columns === 4 && i + 4 <= rows) multiply(packedA, i * depth, packedB, depth, c, to, cm, cn, k > 0)
          else {
            multiply(packedA, i * depth, packedB, depth, tile, 0, 4, 1, false)
            store(c, to, cm, cn, Math.min(4, rows - i), columns, k > 0)
          }
        }
      }
    }
  }
}

const blockM = 64
const blockK = 256
const packedA = new Float64Array(blockM * blockK)
const packedB = new Float64Array(4 * blockK)
const tile = new Float64Array(16)

// Lays four rows (or columns) of length \`depth\` side by side; missing ones are zeros.
function pack(to, at, from, start, stride, step, count, depth) {
  if (count === 4) {
    let p0 = start, p1 = p0 + stride, p2 = p1 + stride, p3 = p2 + stride
    for (const end = at + 4 * depth; at < end; at += 4) {
      to[at] = from[p0]
      to[at + 1] = from[p1]
      to[at + 2] = from[p2]
      to[at + 3] = from[p3]
      p0 += step, p1 += step, p2 += step, p3 += step
    }
    return
  }
  for (let j = 0; j < 4; j++) {
    let p = start + j * stride
    for (let k = 0; k < depth; k++) {
      to[at + 4 * k + j] = j < count ? from[p] : 0
      p += step
    }
  }
}

// Four rows times four columns, written to c, or added to it.
function multiply(a, ai, b, depth, c, c0, cm, cn, adds) {
  let s00 = 0, s01 = 0, s02 = 0, s03 = 0
  let s10 = 0, s11 = 0, s12 = 0, s13 = 0
  let s20 = 0, s21 = 0, s22 = 0, s23 = 0
  let s30 = 0, s31 = 0, s32 = 0, s33 = 0
  for (let bi = 0; bi < 4 * depth; bi += 4) {
    const y0 = b[bi], y1 = b[bi + 1], y2 = b[bi + 2], y3 = b[bi + 3]
    const x0 = a[ai], x1 = a[ai + 1], x2 = a[ai + 2], x3 = a[ai + 3]
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
    ai += 4
  }
  const c1 = c0 + cm, c2 = c1 + cm, c3 = c2 + cm
  if (adds) {
    s00 += c[c0], s01 += c[c0 + cn], s02 += c[c0 + 2 * cn], s03 += c[c0 + 3 * cn]
    s10 += c[c1], s11 += c[c1 + cn], s12 += c[c1 + 2 * cn], s13 += c[c1 + 3 * cn]
    s20 += c[c2], s21 += c[c2 + cn], s22 += c[c2 + 2 * cn], s23 += c[c2 + 3 * cn]
    s30 += c[c3], s31 += c[c3 + cn], s32 += c[c3 + 2 * cn], s33 += c[c3 + 3 * cn]
  }
  c[c0] = s00, c[c0 + cn] = s01, c[c0 + 2 * cn] = s02, c[c0 + 3 * cn] = s03
  c[c1] = s10, c[c1 + cn] = s11, c[c1 + 2 * cn] = s12, c[c1 + 3 * cn] = s13
  c[c2] = s20, c[c2 + cn] = s21, c[c2 + 2 * cn] = s22, c[c2 + 3 * cn] = s23
  c[c3] = s30, c[c3 + cn] = s31, c[c3 + 2 * cn] = s32, c[c3 + 3 * cn] = s33
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

// Without packing: four results of a row at a time.
function smallGemm(a, a0, am, ak, b, b0, bk, bn, c, c0, cm, cn, M, N, K) {
  const columns = N - (N % 4)
  for (let m = 0; m < M; m++) {
    for (let n = 0; n < columns; n += 4) {
      let p = a0 + m * am
      let q0 = b0 + n * bn, q1 = q0 + bn, q2 = q1 + bn, q3 = q2 + bn
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0
      for (let k = 0; k < K; k++) {
        const x = a[p]
        s0 += x * b[q0]
        s1 += x * b[q1]
        s2 += x * b[q2]
        s3 += x * b[q3]
        p += ak, q0 += bk, q1 += bk, q2 += bk, q3 += bk
      }
      const to = c0 + m * cm + n * cn
      c[to] = s0, c[to + cn] = s1, c[to + 2 * cn] = s2, c[to + 3 * cn] = s3
    }
    for (let n = columns; n < N; n++) {
      let p = a0 + m * am, q = b0 + n * bn
      let s = 0
      for (let k = 0; k < K; k++) {
        s += a[p] * b[q]
        p += ak, q += bk
      }
      c[c0 + m * cm + n * cn] = s
    }
  }
}
`

/** The names that the text defines. */
export const gemmNames = [
  'gemm',
  'smallGemm',
  'pack',
  'multiply',
  'store',
  'blockM',
  'blockK',
  'packedA',
  'packedB',
  'tile',
]

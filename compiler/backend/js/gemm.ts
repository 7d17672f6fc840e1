// The matrix product of the generated modules.

/** The text of `gemm`: blocks of four by four results in registers, sums in doubles. */
export const gemmText = `// c[m, n] = the sum over k of a[m, k] * b[k, n]. Each operand: buffer, start, stride of a row, stride of a column.
function gemm(a, a0, am, ak, b, b0, bk, bn, c, c0, cm, cn, M, N, K) {
  const rows = M - (M % 4)
  const columns = N - (N % 4)
  for (let m = 0; m < rows; m += 4) {
    for (let n = 0; n < columns; n += 4) {
      block4x4(a, a0 + m * am, am, ak, b, b0 + n * bn, bk, bn, c, c0 + m * cm + n * cn, cm, cn, K)
    }
    for (let n = columns; n < N; n++) block4x1(a, a0 + m * am, am, ak, b, b0 + n * bn, bk, c, c0 + m * cm + n * cn, cm, K)
  }
  for (let m = rows; m < M; m++) {
    // A row is the transposed case of a column.
    for (let n = 0; n < columns; n += 4) block4x1(b, b0 + n * bn, bn, bk, a, a0 + m * am, ak, c, c0 + m * cm + n * cn, cn, K)
    for (let n = columns; n < N; n++) block1x1(a, a0 + m * am, ak, b, b0 + n * bn, bk, c, c0 + m * cm + n * cn, K)
  }
}

function block4x4(a, a0, am, ak, b, b0, bk, bn, c, c0, cm, cn, K) {
  let s00 = 0, s01 = 0, s02 = 0, s03 = 0
  let s10 = 0, s11 = 0, s12 = 0, s13 = 0
  let s20 = 0, s21 = 0, s22 = 0, s23 = 0
  let s30 = 0, s31 = 0, s32 = 0, s33 = 0
  let a1 = a0 + am, a2 = a1 + am, a3 = a2 + am
  let b1 = b0 + bn, b2 = b1 + bn, b3 = b2 + bn
  for (let k = 0; k < K; k++) {
    const x0 = a[a0], x1 = a[a1], x2 = a[a2], x3 = a[a3]
    const y0 = b[b0], y1 = b[b1], y2 = b[b2], y3 = b[b3]
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
    a0 += ak, a1 += ak, a2 += ak, a3 += ak
    b0 += bk, b1 += bk, b2 += bk, b3 += bk
  }
  const c1 = c0 + cm, c2 = c1 + cm, c3 = c2 + cm
  c[c0] = s00, c[c0 + cn] = s01, c[c0 + 2 * cn] = s02, c[c0 + 3 * cn] = s03
  c[c1] = s10, c[c1 + cn] = s11, c[c1 + 2 * cn] = s12, c[c1 + 3 * cn] = s13
  c[c2] = s20, c[c2 + cn] = s21, c[c2 + 2 * cn] = s22, c[c2 + 3 * cn] = s23
  c[c3] = s30, c[c3 + cn] = s31, c[c3 + 2 * cn] = s32, c[c3 + 3 * cn] = s33
}

function block4x1(a, a0, am, ak, b, b0, bk, c, c0, cm, K) {
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0
  let a1 = a0 + am, a2 = a1 + am, a3 = a2 + am
  for (let k = 0; k < K; k++) {
    const y = b[b0]
    s0 += a[a0] * y
    s1 += a[a1] * y
    s2 += a[a2] * y
    s3 += a[a3] * y
    a0 += ak, a1 += ak, a2 += ak, a3 += ak
    b0 += bk
  }
  c[c0] = s0, c[c0 + cm] = s1, c[c0 + 2 * cm] = s2, c[c0 + 3 * cm] = s3
}

function block1x1(a, a0, ak, b, b0, bk, c, c0, K) {
  let s = 0
  for (let k = 0; k < K; k++) {
    s += a[a0] * b[b0]
    a0 += ak
    b0 += bk
  }
  c[c0] = s
}
`

/** The names that the text defines. */
export const gemmNames = ['gemm', 'block4x4', 'block4x1', 'block1x1']

// Repairs matrix products with strong zeros, where 0 times infinity or NaN is 0.
// That matters rarely, so the product is first computed without: only a sum that comes out as NaN may be wrong, and is summed again.

/** The text of `repair`. */
export const repairText = `\
// Sums again what is NaN in c, leaving out the terms whose left, or right, factor is 0. The operands are those of gemm.
function repair(a, a0, am, ak, b, b0, bk, bn, c, c0, cm, cn, M, N, K, strongLeft, strongRight) {
  for (let m = 0; m < M; m++) {
    for (let n = 0, at = c0 + m * cm; n < N; n++, at += cn) {
      if (c[at] !== c[at]) c[at] = strongSum(a, a0 + m * am, ak, b, b0 + n * bn, bk, K, strongLeft, strongRight)
    }
  }
}

function strongSum(a, p, ak, b, q, bk, K, strongLeft, strongRight) {
  let sum = 0
  for (let k = 0; k < K; k++, p += ak, q += bk) {
    if (!(strongLeft && a[p] === 0) && !(strongRight && b[q] === 0)) sum += a[p] * b[q]
  }
  return sum
}
`

/** The names that the text defines. */
export const repairNames: readonly string[] = ['repair', 'strongSum']

// exp and tanh of the generated modules at 32 bits: the Math functions are exact to 64, which takes five times as long.

/** The text of `exp32` and `tanh32`, and of the tables that they read. */
export const exponentialsText = `\
// e^x in doubles, within 2e-9 of itself: x is i / 256 of ln 2 and a rest so small that three terms are enough.
function exp32(x) {
  const y = Math.min(710, Math.max(-746, x))
  const i = (y * ${256 / Math.LN2} + 276480.5) | 0
  const r = y - (i - 276480) * ${Math.LN2 / 256}
  return powers[i >> 8] * roots[i & 255] * (1 + r * (1 + r * 0.5))
}

// tanh x = e / (e + 2) for e = e^2x - 1, whose terms are added without cancellation; within 1e-8 of itself.
function tanh32(x) {
  const y = Math.min(20, Math.max(-20, 2 * x))
  const i = (y * ${256 / Math.LN2} + 276480.5) | 0
  const r = y - (i - 276480) * ${Math.LN2 / 256}
  const p = powers[i >> 8] * roots[i & 255]
  const e = p - 1 + p * r * (1 + r * (0.5 + r * 0.16666666666666666))
  return e / (e + 2)
}

// 2^-1080, which is 0, to 2^1024, which is infinite, and 2^(i / 256).
const powers = Float64Array.from({ length: 2105 }, (_, i) => 2 ** (i - 1080))
const roots = Float64Array.from({ length: 256 }, (_, i) => 2 ** (i / 256))
`

/** The names that the text defines. */
export const exponentialNames: readonly string[] = ['exp32', 'tanh32', 'powers', 'roots']

// exp and tanh of generated modules at 32 bits: the functions of Math are exact to 64, which takes five times as long.

/** The text of `exp32` and `tanh32`, and of the tables that they read. */
export const exponentialsText = `\
// e^x in doubles, within 2e-9 of itself: x is i / 256 of ln 2 and a rest so small that three terms are enough.
function exp32(x) {
  const y = Math.min(710, Math.max(-746, x))
  const i = (y * ${256 / Math.LN2} + 276480.5) | 0
  const r = y - (i - 276480) * ${Math.LN2 / 256}
  return powers[i >> 8] * roots[i & 255] * (1 + r * (1 + r * 0.5))
}

// tanh x from its value at the next multiple of 1/128, and three terms of its series there; within 1e-8 of itself, and exactly 1
// from where it is 1 to the last bit of 32: there the slope is 0.
function tanh32(x) {
  const y = Math.min(9.015625, Math.max(-9.015625, x))
  const i = (y * 128 + 1154.5) | 0
  const d = y - (i - 1154) * 0.0078125
  const t = tanhs[i]
  return t + (1 - t * t) * d * (1 - d * (t + d * (0.3333333333333333 - t * t)))
}

// 2^-1080, which is 0, to 2^1024, which is infinite; 2^(i / 256); tanh from -9.015625 to 9.015625, whose ends count as 1.
const powers = Float64Array.from({ length: 2105 }, (_, i) => 2 ** (i - 1080))
const roots = Float64Array.from({ length: 256 }, (_, i) => 2 ** (i / 256))
const tanhs = Float64Array.from({ length: 2309 }, (_, i) => (Math.abs(i - 1154) === 1154 ? Math.sign(i - 1154) : Math.tanh((i - 1154) / 128)))
`

/** The names that the text defines. */
export const exponentialNames: readonly string[] = ['exp32', 'tanh32', 'powers', 'roots', 'tanhs']

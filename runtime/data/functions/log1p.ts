// log1p(x): log(1 + x), for counts that may be 0.
import type { Invertible } from './invertible.ts'

export const log1p: Invertible = {
  apply: Math.log1p,
  undo: Math.expm1,
  slope: x => 1 / Math.abs(1 + x),
  code: { apply: x => `Math.log1p(${x})`, undo: y => `Math.expm1(${y})` },
}

// log(x): the natural logarithm.
import type { Invertible } from './invertible.ts'

export const log: Invertible = {
  apply: Math.log,
  undo: Math.exp,
  slope: x => 1 / Math.abs(x),
  code: { apply: x => `Math.log(${x})`, undo: y => `Math.exp(${y})` },
}

// sqrt(x): the square root.
import type { Invertible } from './invertible.ts'

export const sqrt: Invertible = {
  apply: Math.sqrt,
  undo: y => y * y,
  slope: x => (x === 0 ? 1 : 0.5 / Math.sqrt(x)),
  code: { apply: x => `Math.sqrt(${x})`, undo: y => `(${y}) ** 2` },
}

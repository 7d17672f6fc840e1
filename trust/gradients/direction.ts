// Directions among the values of parameters and inputs.
import { type Random, uniform } from '../../runtime/random.ts'

/** Direction by name; a name that is missing stays unchanged. */
export type Direction = ReadonlyMap<string, Float64Array>

/** Draws elements between ½ and 1, with either sign: all of them count, and no symmetry of a sum makes them cancel. */
export const signed = (length: number, draw: Random): Float64Array =>
  Float64Array.from({ length }, () => (draw() < 0.5 ? -1 : 1) * uniform(draw, 0.5, 1))

/** Computes Σ gradient · direction, and the root of the sum of the squares of its terms, which is the scale for an error in it. */
export function alongDirection(
  { gradients }: { readonly gradients: ReadonlyMap<string, Float64Array> },
  direction: Direction,
): { readonly sum: number; readonly scale: number } {
  let sum = 0
  let scale = 0
  for (const [name, d] of direction) {
    const gradient = gradients.get(name)
    if (gradient === undefined) throw new Error(`the loss does not read ${name}`)
    for (let i = 0; i < d.length; i++) {
      const term = gradient[i] * d[i]
      sum += term
      scale = Math.hypot(scale, term)
    }
  }
  return { sum, scale }
}

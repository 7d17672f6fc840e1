// Directions among the values of parameters and inputs.
import { type Random, uniform } from '../../runtime/random.ts'

/** A direction by name; what it does not name stays. */
export type Direction = ReadonlyMap<string, Float64Array>

/** Between ½ and 1, with either sign, for each of so many elements: all count, and no symmetry of what is summed makes them cancel. */
export const signed = (length: number, draw: Random): Float64Array =>
  Float64Array.from({ length }, () => (draw() < 0.5 ? -1 : 1) * uniform(draw, 0.5, 1))

/** Σ gradient · direction, and the root of the sum of the squares of its terms: what an error in it is measured against. */
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

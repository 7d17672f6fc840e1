// Moves weights a little, so that a gradient is judged at a place where none of them has a special value.
import { random, uniform } from '../../runtime/random.ts'
import { realArray, type Weights } from '../../runtime/session.ts'

/** Largest move of a weight: enough that nothing is 0 any more, and little enough to saturate nothing. */
const reach = 0.1

/** Moves each weight a little: an untrained model has biases that are 0, which would hide a rule that mistakes one for the other. */
export const perturbed = (weights: Weights, seed: number): Weights =>
  Object.fromEntries(
    Object.entries(weights).map(([name, data]) => {
      const draw = random(seed, `near ${name}`)
      return [
        name,
        realArray(
          'f64',
          Float64Array.from(data, w => w + uniform(draw, -reach, reach)),
        ),
      ]
    }),
  )

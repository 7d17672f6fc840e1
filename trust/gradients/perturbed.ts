// Weights near others: where a gradient is judged, so that none of it is special.
import { random, uniform } from '../../runtime/random.ts'
import { realArray, type Weights } from '../../runtime/session.ts'

/** How far each weight moves at most: enough that nothing is 0 any more, and little enough to saturate nothing. */
const reach = 0.1

/**
 * The weights, each moved a little: an untrained model has biases that are 0, where a rule that mistakes one for the other would not
 * show.
 */
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

// Chooses a label from a distribution: the most likely one, or one that is drawn.
import type { Random } from '../random.ts'

/** How labels are drawn. */
export interface Sampling {
  /** Divides the logits before the softmax: below 1 likely labels become likelier, above 1 all more alike. 1 if left out. */
  readonly temperature?: number
  /** Draws only from this many of the most likely labels (Fan et al. 2018). */
  readonly topK?: number
  /** Draws only from the likeliest labels that together have at least this probability (Holtzman et al. 2020), after `topK`. */
  readonly topP?: number
}

/** The most likely label; the first of equals. */
export const likeliest = (logs: Float64Array): number => logs.reduce((best, x, i) => (x > logs[best] ? i : best), 0)

/** Draws a label from log probabilities. */
export function drawLabel(logs: Float64Array, { temperature = 1, topK, topP }: Sampling, draw: Random): number {
  const order = Array.from(logs.keys()).sort((a, b) => logs[b] - logs[a] || a - b)
  const scaled = order.slice(0, topK).map(label => Math.exp((logs[label] - logs[order[0]]) / temperature))
  const whole = sum(scaled)
  const wanted = topP === undefined ? Number.POSITIVE_INFINITY : topP * whole
  let count = 0
  for (let mass = 0; count < scaled.length && mass < wanted; count++) mass += scaled[count]
  const weights = scaled.slice(0, count)
  let rest = draw() * sum(weights)
  const chosen = weights.findIndex(w => {
    rest -= w
    return rest < 0
  })
  // Rounding may leave a rest after the last.
  return order[chosen < 0 ? weights.findLastIndex(w => w > 0) : chosen]
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

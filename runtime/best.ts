// Keeps the best weights of a training so far, beside those that go on changing.
import type { Weights } from './session.ts'

/** Copy of the weights after an epoch; epoch 0 stands for the initial weights. */
export interface Snapshot {
  readonly epoch: number
  /** Loss that they are judged by: of the validation part after the epoch, or of the training part during it. */
  readonly loss: number
  readonly weights: Weights
}

export interface Best {
  /** Keeps the weights of an epoch if its loss is smaller than any before; says whether it was. */
  offer(epoch: number, loss: number, weights: Weights): boolean
  /** The best so far, and with `two` the one that was the best before it. */
  snapshots(): readonly [Snapshot, ...Snapshot[]]
}

/**
 * Keeps the best of the weights that it is offered, beginning with these. With `two` also the best before: a loss of the training part
 * is measured during the epoch, whose last step may have spoiled the weights.
 */
export function createBest(weights: Weights, two: boolean): Best {
  let best: Snapshot = { epoch: 0, loss: Number.POSITIVE_INFINITY, weights: copyOf(weights) }
  let before: Snapshot | undefined
  return {
    offer: (epoch, loss, weights) => {
      if (!(loss < best.loss)) return false
      // Reuses arrays: weights may fill much of the memory.
      const replaced = two ? before : best
      if (two) before = best
      best = { epoch, loss, weights: replaced === undefined ? copyOf(weights) : fill(replaced.weights, weights) }
      return true
    },
    snapshots: () => (before === undefined ? [best] : [best, before]),
  }
}

/**
 * Finds the snapshot with the least loss by `measure`, the earlier of equals. NaN counts as infinite; where an interrupt comes first
 * (undefined), gives the best so far.
 */
export async function leastOf(
  [first, ...others]: readonly [Snapshot, ...Snapshot[]],
  measure: (weights: Weights) => Promise<number | undefined>,
): Promise<Snapshot> {
  let least: Snapshot | undefined
  for (const snapshot of [first, ...others]) {
    const measured = await measure(snapshot.weights)
    if (measured === undefined) return least ?? first
    const loss = Number.isNaN(measured) ? Number.POSITIVE_INFINITY : measured
    if (least === undefined || loss < least.loss) least = { ...snapshot, loss }
  }
  return least ?? first
}

/** Copies each array. */
export const copyOf = (weights: Weights): Weights =>
  Object.fromEntries(Object.entries(weights).map(([name, data]) => [name, data.slice()]))

function fill(arrays: Weights, weights: Weights): Weights {
  for (const [name, data] of Object.entries(weights)) arrays[name].set(data)
  return arrays
}

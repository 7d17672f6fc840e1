// Keeps the best weights of a training so far, beside those that go on changing.
import type { Weights } from './session.ts'

/** Copy of the weights after an epoch; epoch 0 stands for the initial weights. */
export interface Snapshot {
  readonly epoch: number
  /** Loss that they are judged by: of the validation part after the epoch, or of the training part during it. */
  readonly loss: number
  readonly weights: Weights
}

/** The best so far, and then perhaps the one that was the best before it. */
export type Snapshots = readonly [Snapshot, ...Snapshot[]]

/** The initial weights, which any other are better than. */
export const firstSnapshot = (weights: Weights): Snapshots => [
  { epoch: 0, loss: Number.POSITIVE_INFINITY, weights: copyOf(weights) },
]

/**
 * Gives the best after an epoch with this loss and these weights. With `two` also keeps the best before: a loss of the training part is
 * measured during the epoch, whose last step may have spoiled the weights. Reuses arrays of `kept`: weights may fill much of the memory.
 */
export function withEpoch(kept: Snapshots, { epoch, loss, weights }: Snapshot, two: boolean): Snapshots {
  const [best, before] = kept
  if (!(loss < best.loss)) return kept
  const replaced = two ? before : best
  const next = { epoch, loss, weights: replaced === undefined ? copyOf(weights) : fill(replaced.weights, weights) }
  return two ? [next, best] : [next]
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

// The factor of the rate on a plateau: it follows from the losses of the epochs alone, so that a resumed training has the same.
import type { Precision } from '../compiler/backend/backend.ts'
import { type Plateau, plateauInput } from '../compiler/elaborate/models/plateau.ts'
import { realArray, type Weights } from './session.ts'
import type { EpochReport } from './train.ts'

/** Multiplies by `factor` for every `epochs` epochs in a row without a validation loss, or without validation a training loss, below the least. */
export function plateauFactor({ factor, epochs }: Plateau, history: readonly EpochReport[]): number {
  let [least, waited, product] = [Number.POSITIVE_INFINITY, 0, 1]
  for (const { training, validation } of history) {
    const { loss } = validation ?? training
    if (loss < least) [least, waited] = [loss, 0]
    else if (++waited === epochs) [waited, product] = [0, product * factor]
  }
  return product
}

/** Makes the input of a training step that holds the factor; none where the setting is left out. */
export const plateauInputs = (
  plateau: Plateau | undefined,
  history: readonly EpochReport[],
  precision: Precision,
): Weights => (plateau === undefined ? {} : { [plateauInput]: realArray(precision, [plateauFactor(plateau, history)]) })

// Training that ends with an error, and what of it is worth keeping.
import { type Diagnostic, RnnError } from '../dsl/diagnostics.ts'
import type { TrainResult } from './train.ts'

/** Thrown by `train` where it fails: RNN504, RNN514 and so on, as the diagnostics say. */
export class TrainingFailed extends RnnError {
  /** The best weights before it failed, finite ones; undefined if no epoch was finished, or none was better than the start. */
  readonly kept: TrainResult | undefined
  constructor(diagnostics: readonly Diagnostic[], kept: TrainResult | undefined) {
    super(diagnostics)
    this.name = 'TrainingFailed'
    this.kept = kept
  }
}

// Error of a failed training, with the result worth keeping.
import { type Diagnostic, RnnError } from '../dsl/diagnostics.ts'
import type { TrainResult } from './train.ts'

/** Thrown by `fit` where training fails; the diagnostics tell why: RNN504, RNN514 and so on. */
export class TrainingFailed extends RnnError {
  /** Finite, best weights before the failure; undefined if no epoch was finished, or none was better than the start. */
  readonly kept: TrainResult | undefined
  constructor(diagnostics: readonly Diagnostic[], kept: TrainResult | undefined) {
    super(diagnostics)
    this.name = 'TrainingFailed'
    this.kept = kept
  }
}

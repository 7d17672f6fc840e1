// Describes the course of a training in numbers, as it is saved with the weights.
import type { Precision } from '../compiler/backend/backend.ts'
import { type Report, whatRan } from './session.ts'
import type { EpochReport, TrainResult } from './train.ts'

/** Report of the epoch that the weights are of. */
export const lastReport = ({ history, epoch }: TrainResult): EpochReport | undefined =>
  history.find(e => e.epoch === epoch) ?? history.at(-1)

/** Describes a training, and what its weights give on the test part. */
export function trainingSummary(result: TrainResult, precision: Precision, tested?: Report) {
  const last = lastReport(result)
  return {
    ended: result.ended,
    epochs: result.history.length,
    epoch: result.epoch,
    steps: result.steps,
    ...whatRan(result),
    dtype: precision,
    ...(last && { training: last.training }),
    ...(last?.validation && { validation: last.validation }),
    ...(tested && { test: tested }),
  }
}

export type TrainingSummary = ReturnType<typeof trainingSummary>

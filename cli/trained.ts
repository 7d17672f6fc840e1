// Shared parts of the commands that run trained weights on data.
import type { Data } from '../dsl/ast.ts'
import type { LoadOptions } from '../runtime/data/loadData.ts'
import { dataOf } from '../runtime/library/loadData.ts'
import { chooseDtype, flags } from './command.ts'
import { dataReader } from './openSource.ts'
import type { Output } from './output.ts'
import { openTarget, type Target, type TargetOptions } from './target.ts'
import { openTrained, type Trained } from './weights.ts'

/** Argument of these commands. */
export const weightsArgument = ['<weights>', 'a weights file, or a program (*.rnn) with --weights'] as const

/** Options of these commands. */
export const trainedFlags = [
  flags.weights,
  flags.data,
  flags.target,
  flags.device,
  flags.threads,
  flags.dtype,
  flags.set,
  flags.json,
] as const

export interface TrainedOptions extends TargetOptions {
  readonly weights?: string
  readonly data?: string
  readonly dtype?: string
  readonly set?: readonly string[]
}

export interface TrainedRun extends Trained {
  readonly target: Target
  readonly block: Data
  /** Place of the data: `--data`, else the data of the training. */
  readonly source: Pick<LoadOptions, 'read' | 'path' | 'sizes' | 'precision'>
}

/** Opens the weights, their model and its data. RNN401 if the model has no data block; errors of `openTrained` and `openTarget`. */
export async function openRun(path: string, options: TrainedOptions, output: Output): Promise<TrainedRun> {
  const target = await openTarget(options, output)
  const trained = await openTrained(path, { ...options, dtype: chooseDtype(options.dtype) }, output)
  const data = options.data ?? trained.data
  const { precision, sizes } = trained
  const source = { read: dataReader(trained.file, data, output), path: data, sizes, precision }
  return { ...trained, ...(data !== undefined && { data }), target, block: dataOf(trained.model), source }
}

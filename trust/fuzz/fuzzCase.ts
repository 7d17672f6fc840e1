// A case of the fuzzer: a whole program, and all that is needed to run it again.
import type { Sizes } from '../../compiler/ir/dim.ts'

export interface FuzzCase {
  /** A file with one model. */
  readonly source: string
  /** B, and the longest length of every ragged axis. */
  readonly sizes: Sizes
  /** The lengths of each ragged axis: [B], or [B, outer axes…] for one inside others. */
  readonly lengths: Readonly<Record<string, readonly number[]>>
  /** The seed of the weights and of the batch. */
  readonly data: number
}

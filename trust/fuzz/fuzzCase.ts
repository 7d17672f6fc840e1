// A case of the fuzzer: a whole program, and all that is needed to run it again.
import type { Sizes } from '../../compiler/ir/dim.ts'
import { random } from '../../runtime/random.ts'

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

/**
 * Picks one of a list for a check, the same each time for the same case. The remainder of `data` would not do: it says which checks run, and
 * so a check would meet only some of the list.
 */
export const pickFor = <X>({ data }: Pick<FuzzCase, 'data'>, check: string, of: readonly X[]): X | undefined =>
  of[Math.floor(random(data, check)() * of.length)]

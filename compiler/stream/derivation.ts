// The parts of which a stream's step is derived, in the order in which they run. A test may put its own in their place.
import { cse } from '../passes/cse.ts'
import { dce } from '../passes/dce.ts'
import { dropOnes } from '../passes/dropOnes.ts'
import type { Pass } from '../passes/pass.ts'
import { simplify } from '../passes/simplify.ts'
import { splitStages } from '../passes/splitStages.ts'
import { unroll } from '../passes/unroll.ts'
import { crossAxis } from './crossAxis.ts'

export interface Derivation {
  /** Makes a graph over whole sequences one over a window of an axis, with states. */
  readonly cross: typeof crossAxis
  /** Simplify the graph over a window of one element. */
  readonly passes: readonly Pass[]
  /** Splits it by what is known before the first step, what at each step, and what once the targets of a step are chosen. */
  readonly split: typeof splitStages
}

export const derivation: Derivation = {
  cross: crossAxis,
  passes: [cse, unroll(1), dropOnes, simplify, dropOnes, dce],
  split: splitStages,
}

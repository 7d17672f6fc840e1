// Makes choices: for given sizes, one of two ways is taken.
import { evaluate, type Sizes } from '../ir/dim.ts'
import type { Choice } from './plan.ts'

/** The place in `ways` of the way that is taken. */
export const wayTaken = ({ less, than }: Pick<Choice, 'less' | 'than'>, sizes: Sizes): 0 | 1 =>
  evaluate(less, sizes) < evaluate(than, sizes) ? 0 : 1

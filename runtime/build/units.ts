// Writes the units of the data as code: scalings in both directions.
import type { Chain } from '../data/encoding.ts'
import { invertibleOf } from '../data/scalingSteps.ts'

/** An arrow function from the number in the file to the number that the network sees. */
export const scaleText = (chain: Chain): string =>
  `x => ${chain.reduce((x, step) => invertibleOf(step).code.apply(x), 'x')}`

/** The inverse arrow function, from the network's number to the file's. */
export const unscaleText = (chain: Chain): string =>
  `y => ${chain.reduceRight((y, step) => invertibleOf(step).code.undo(y), 'y')}`

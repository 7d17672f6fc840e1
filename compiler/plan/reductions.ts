// Says what a reduction computes.
import type { Reduction } from './plan.ts'

/** Tells whether a reduction adds up. */
export const isSum = ({ combine }: Pick<Reduction, 'combine'>): boolean => combine !== 'argmax' && combine.op === 'add'

/** The name of a reduction's result: `sum`, `max`. */
export const reductionName = ({ combine }: Pick<Reduction, 'combine'>): string =>
  combine === 'argmax' ? combine : { add: 'sum', mul: 'product', max: 'max', min: 'min' }[combine.op]

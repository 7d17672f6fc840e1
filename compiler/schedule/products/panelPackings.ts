// Chooses the products with a packed operand: those whose results lie side by side in a row.
import { asNumber } from '../../ir/dim.ts'
import { type Packings, packingsOf } from '../../plan/packings.ts'
import type { Plan } from '../../plan/plan.ts'

/** Packs operands in panels of `width` columns. */
export const panelPackings = (plan: Plan, width: number): Packings =>
  packingsOf(plan, {
    width,
    takes: ({ c, batch }) => asNumber(c.strides[batch.length + 1]) === 1,
    byRows: false,
    acrossRuns: true,
  })

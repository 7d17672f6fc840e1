// Keeps the gradient of a table for the rows that a batch uses, for an optimizer that moves all rows: it looks up where the gradient is.
import { asNumber, type Dim, product } from '../../ir/dim.ts'
import { sumsForAll } from '../rowKernels.ts'
import { withoutTables } from '../summedTables.ts'
import type { PlanPass } from './planPass.ts'

export const lookUpRows: PlanPass = {
  name: 'look-up-rows',
  contract:
    'a kernel that runs over all long rows of a table reads the gradient of those that the batch uses, where these are fewer',
  needs: ['ordered writes', 'quick lookups'],
  run: plan =>
    withoutTables(plan, ({ scatter, reader, buffer }, fresh) =>
      isLong(product(scatter.row)) ? sumsForAll(scatter, reader, buffer, fresh) : undefined,
    ),
}

/** Whether looking a row up costs less than what it saves: it ends the vectors at each row, so that those of other rows are not whole. */
function isLong(row: Dim): boolean {
  const size = asNumber(row) ?? 0
  return size >= 64 && size % 4 === 0
}

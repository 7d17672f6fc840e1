// Keeps the gradient of a table for the rows that a batch uses, and lets an optimizer that leaves the others alone pass them over.
import { asNumber } from '../../ir/dim.ts'
import { leavesAlone } from '../leavesAlone.ts'
import type { Buffer, MapKernel } from '../plan.ts'
import { sumsOfUsed } from '../rowKernels.ts'
import { withoutTables } from '../summedTables.ts'
import type { PlanPass } from './planPass.ts'

export const touchRows: PlanPass = {
  name: 'touch-rows',
  contract:
    'a kernel that leaves alone what has no gradient runs over the rows of a table that the batch uses, where these are fewer',
  needs: ['ordered writes'],
  run: plan =>
    withoutTables(plan, ({ scatter, reader, buffer }, fresh) =>
      staysElsewhere(reader, buffer) ? sumsOfUsed(scatter, reader, buffer, fresh) : undefined,
    ),
}

/** Tells whether a kernel may run on the rows that have sums alone. */
function staysElsewhere(reader: MapKernel, buffer: Buffer): boolean {
  const isDirect = reader.program.every(i => i.kind !== 'read' || i.indirect === undefined)
  return isDirect && reader.writes.every(w => asNumber(w.to.strides[0]) !== 0) && leavesAlone(reader, buffer)
}

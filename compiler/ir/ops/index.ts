// The op table: the list of all definitions.
import type { Context, OpTable } from '../builder.ts'
import { contractionOps } from './contractions.ts'
import { gatheredOps } from './gathered.ts'
import { indexingOps } from './indexing.ts'
import { movementOps } from './movement.ts'
import { normOp } from './norm.ts'
import { pointwiseOps } from './pointwise.ts'
import { reductionOps } from './reductions.ts'
import { scanOp } from './scan.ts'
import { sourceOps } from './sources.ts'

export const ops: OpTable = new Map(
  [
    ...pointwiseOps,
    ...sourceOps,
    ...movementOps,
    ...indexingOps,
    ...reductionOps,
    normOp,
    ...contractionOps,
    ...gatheredOps,
    scanOp,
  ].map(op => [op.name, op]),
)

/** Creates the context of a new graph. */
export const newContext = (firstId = 0, table: OpTable = ops): Context => ({ ops: table, nextId: firstId })

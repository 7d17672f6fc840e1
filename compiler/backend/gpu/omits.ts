// The passes over plans that do not suit a GPU.
import { lookUpRows } from '../../plan/passes/lookUpRows.ts'
import type { PlanPass } from '../../plan/passes/planPass.ts'
import { touchRows } from '../../plan/passes/touchRows.ts'

/** Their kernels write one place several times, of which the last counts; the points of a kernel run at once here. */
export const omits: readonly PlanPass[] = [touchRows, lookUpRows]

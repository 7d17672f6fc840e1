// The passes over plans that do not suit a GPU.
import type { OptionalPass } from '../../plan/passes/planPass.ts'

/** Their kernels write one place several times, of which the last counts; the points of a kernel run at once here. */
export const omits: readonly OptionalPass[] = ['touch-rows', 'look-up-rows']

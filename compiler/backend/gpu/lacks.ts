// What the passes over plans may not count on here.
import type { Ability } from '../../plan/passes/planPass.ts'

/** The points of a kernel run at once: where several write one place, any may be the last. Lookups are then of no use. */
export const lacks: readonly Ability[] = ['ordered writes', 'quick lookups']

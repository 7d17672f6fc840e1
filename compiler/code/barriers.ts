// Finds the barriers of a program.
import type { Statement } from './code.ts'

/** Whether threads wait for each other in a list of statements itself, in its loops or choices. */
export const hasBarriers = (list: readonly Statement[]): boolean =>
  list.some(s => {
    if (s.kind === 'barrier') return true
    if (s.kind === 'for') return hasBarriers(s.body)
    return s.kind === 'if' && (hasBarriers(s.yes) || hasBarriers(s.no))
  })

// Finds the barriers of a program.
import type { Func, Statement } from './code.ts'

/** Whether threads wait for each other in statements, their loops and choices, or in functions that they call, where `functions` are given. */
export const hasBarriers = (list: readonly Statement[], functions?: ReadonlyMap<string, Func>): boolean =>
  list.some(s => {
    if (s.kind === 'for') return hasBarriers(s.body, functions)
    if (s.kind === 'if') return hasBarriers(s.yes, functions) || hasBarriers(s.no, functions)
    return s.kind === 'barrier' || (s.kind === 'call' && hasBarriers(functions?.get(s.callee)?.body ?? [], functions))
  })

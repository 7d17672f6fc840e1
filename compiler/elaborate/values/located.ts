// A place for what goes wrong where none is known: the statement, or the model, that was being worked on.
import type { Span } from '../../../dsl/ast.ts'
import { diagnostic, RnnError } from '../../../dsl/diagnostics.ts'

/** The result of `run`. Errors without a place are told at `span`; a stack that overflows is RNN119 there. */
export function located<T>(span: Span, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (overflows(error)) throw new RnnError([diagnostic('RNN119', {}, { span })])
    if (!(error instanceof RnnError) || error.diagnostics.every(d => d.span !== undefined)) throw error
    throw new RnnError(error.diagnostics.map(d => (d.span === undefined ? { ...d, span } : d)))
  }
}

/** Whether an error is that of a stack that is full: each engine has words of its own. */
const overflows = (error: unknown): boolean =>
  error instanceof Error && /call stack|too much recursion|stack (size|space)/i.test(error.message)

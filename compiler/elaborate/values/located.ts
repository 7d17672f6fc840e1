// Gives a place to errors that have none: the statement, or the model, that was being worked on.
import type { Span } from '../../../dsl/ast.ts'
import { diagnostic, RnnError } from '../../../dsl/diagnostics.ts'

/** Gives the result of `run`. Reports errors without a place at `span`, and a stack overflow as RNN119 there. */
export function located<T>(span: Span, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (overflows(error)) throw new RnnError([diagnostic('RNN119', {}, { span })])
    if (!(error instanceof RnnError) || error.diagnostics.every(d => d.span !== undefined)) throw error
    throw new RnnError(error.diagnostics.map(d => (d.span === undefined ? { ...d, span } : d)))
  }
}

/** Tells whether an error is a stack overflow, which each JavaScript engine words differently. */
const overflows = (error: unknown): boolean =>
  error instanceof Error && /call stack|too much recursion|stack (size|space)/i.test(error.message)

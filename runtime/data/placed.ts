// Gives a place in the program to errors of its files.
import type { Span } from '../../dsl/ast.ts'
import { RnnError } from '../../dsl/diagnostics.ts'

/** Runs; errors without a place are reported at this one. */
export async function placed<T>(span: Span, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof RnnError)) throw error
    throw new RnnError(error.diagnostics.map(d => ({ span, ...d })))
  }
}

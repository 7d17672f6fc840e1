// Paths in programs: the same on every system, so that a program that one wrote runs for all.
import type { Span } from './ast.ts'
import { type Diagnostic, diagnostic } from './diagnostics.ts'

/** RNN420 for a path that is one on Windows alone, or that holds what `\\t` and `\\n` in a string mean. */
export function checkPath(path: string, span: Span): Diagnostic | undefined {
  if (!/[\\\t\n]/.test(path)) return undefined
  const shown = path.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n')
  return diagnostic('RNN420', { path: shown }, { span })
}

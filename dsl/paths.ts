// Checks that a path in a program is the same on every system, so that a program that one user wrote runs for all.
import type { Span } from './ast.ts'
import { type Diagnostic, diagnostic } from './diagnostics.ts'

/**
 * RNN420 for a path with a backslash, which separates folders on Windows alone, or with a tab or line break, written `\\t` or `\\n` in a
 * string.
 */
export function checkPath(path: string, span: Span): Diagnostic | undefined {
  if (!/[\\\t\n]/.test(path)) return undefined
  const shown = path.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n')
  return diagnostic('RNN420', { path: shown }, { span })
}

// The source text of a place, for messages.
import type { Span } from '../../dsl/ast.ts'
import type { Scope } from './scope.ts'

/** A name in quotes, or what to call a value that has none. */
export const quoted = (name: string, otherwise: string): string => (name === '' ? otherwise : `\`${name}\``)

/** What is written there, shortened to one line. */
export function sourceText(scope: Scope, span: Span): string {
  const text = (scope.session.sources.get(span.file) ?? '').slice(span.start, span.end).replace(/\s+/g, ' ')
  return text.length > 40 ? `${text.slice(0, 37)}…` : text
}

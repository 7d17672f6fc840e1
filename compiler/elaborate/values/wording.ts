// Words names and source text for messages.
import type { Span } from '../../../dsl/ast.ts'
import type { Scope } from './scope.ts'

/** Quotes a name, or gives `otherwise` for a value without one. */
export const quoted = (name: string, otherwise: string): string => (name === '' ? otherwise : `\`${name}\``)

/** The most characters of a text that are looked at, white space included. */
const longest = 1000

/** Gives the source text of a span, shortened to one line. */
export function sourceText(scope: Scope, span: Span): string {
  const end = Math.min(span.end, span.start + longest)
  const text = (scope.session.sources.get(span.file) ?? '').slice(span.start, end).replace(/\s+/g, ' ')
  return text.length > 40 ? `${text.slice(0, 37)}…` : text
}

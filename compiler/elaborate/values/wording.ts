// Names and source text: what messages call things, and names that are still free.
import type { Span } from '../../../dsl/ast.ts'
import type { Scope } from './scope.ts'

/** A name in quotes, or what to call a value that has none. */
export const quoted = (name: string, otherwise: string): string => (name === '' ? otherwise : `\`${name}\``)

/** As much of a text as is looked at, with all its white space. */
const longest = 1000

/** What is written there, shortened to one line. */
export function sourceText(scope: Scope, span: Span): string {
  const end = Math.min(span.end, span.start + longest)
  const text = (scope.session.sources.get(span.file) ?? '').slice(span.start, end).replace(/\s+/g, ' ')
  return text.length > 40 ? `${text.slice(0, 37)}…` : text
}

/** The name, or the first of `name_2`, `name_3`, … that is not taken. */
export function firstFree(name: string, taken: (name: string) => boolean): string {
  let found = name
  for (let i = 2; taken(found); i++) found = `${name}_${i}`
  return found
}

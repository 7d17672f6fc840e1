// Diagnostics: messages for the user when something is wrong.
// Texts live in catalogue.ts; this file fills their placeholders and adds the position in the source.
import type { Span } from './ast.ts'
import { type Code, catalogue, type Holes } from './catalogue.ts'

export type { Code } from './catalogue.ts'

/** A further place in the source that explains the first, with a text under the caret. */
export interface Label {
  readonly span: Span
  readonly text: string
}

/** One message about a program, its data or a call. */
export interface Diagnostic {
  readonly code: Code
  readonly severity: 'error' | 'warning'
  readonly message: string
  /** Place in the source; absent for a message without one, such as for a missing file. */
  readonly span?: Span
  /** Text beside the caret. */
  readonly caret?: string
  readonly help?: string
  readonly labels?: readonly Label[]
}

/** One or more diagnostics, thrown if the work cannot continue. It is the only error that a user's input may cause. */
export class RnnError extends Error {
  readonly diagnostics: readonly Diagnostic[]
  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(d => `${d.severity} ${d.code}: ${d.message}`).join('\n'))
    this.name = 'RnnError'
    this.diagnostics = diagnostics
  }
}

export interface Details {
  readonly span?: Span
  readonly caret?: string
  readonly help?: string
  readonly labels?: readonly Label[]
}

/** A diagnostic whose text is the catalogue's, with `{name}` filled from `values`. A help given here replaces the catalogue's. */
export function diagnostic<C extends Code>(code: C, values: Holes<C>, details: Details = {}): Diagnostic {
  const entry = catalogue[code]
  const help = details.help ?? (entry.help === undefined ? undefined : fill(entry.help, values))
  const cut = (text: string | undefined): string | undefined => text && shortened(text, longestText)
  return {
    code,
    severity: entry.severity ?? 'error',
    message: shortened(fill(entry.message, values), longestText),
    ...details,
    ...(details.caret !== undefined && { caret: cut(details.caret) }),
    ...(details.labels && { labels: details.labels.map(l => ({ ...l, text: shortened(l.text, longestText) })) }),
    help: cut(help),
  }
}

/** Largest length of a value in a message, and of a whole message: a name may be as long as the file. */
const longestValue = 400
const longestText = 2000

/** Removes the middle of a text that is longer than `most`. */
function shortened(text: string, most: number): string {
  if (text.length <= most) return text
  const kept = Math.floor((most - 1) / 2)
  return `${text.slice(0, kept)}…${text.slice(-kept)}`
}

/** Throws one diagnostic. */
export function fail<C extends Code>(code: C, values: Holes<C>, details: Details = {}): never {
  throw new RnnError([diagnostic(code, values, details)])
}

/** Tells whether a thrown value is an error with that code. */
export const isFailure = (error: unknown, code: Code): error is RnnError =>
  error instanceof RnnError && error.diagnostics.every(d => d.code === code)

function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (hole, name: string) =>
    Object.hasOwn(values, name) ? shortened(String(values[name]), longestValue) : hole,
  )
}

// What data says of the sizes that it binds.
import type { Signature } from '../../compiler/check/signature.ts'
import type { Fitted } from './fitted.ts'
import { freeName } from './ports.ts'

/** How many labels a note shows, and how many characters of each. */
const most = 8
const longest = 20

const shown = (label: string): string => {
  const line = label.slice(0, longest + 1).replace(/\s+/g, ' ')
  return line.length > longest ? `${line.slice(0, longest)}…` : line
}

/** The labels that each size counts: `no, unknown, yes`. */
export function labelNotes({ inputs, targets }: Signature, { ports }: Pick<Fitted, 'ports'>): Record<string, string> {
  const notes = [...inputs, ...targets].flatMap(({ name, coding }): [string, string][] => {
    const encoding = Object.hasOwn(ports, name) ? ports[name] : undefined
    const size = coding && freeName(coding.size)
    if (encoding?.kind !== 'classes' || size === undefined) return []
    const { labels } = encoding
    return [[size, [...labels.slice(0, most).map(shown), ...(labels.length > most ? ['…'] : [])].join(', ')]]
  })
  return Object.fromEntries(notes)
}

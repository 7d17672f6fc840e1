// Values of inputs and targets on the command line: as JSON, or as a text.
import { fail } from '../dsl/diagnostics.ts'
import type { Nested } from '../runtime/data/arrays.ts'
import { type Fitted, hasTexts, vocabularyFor } from '../runtime/data/fitted.ts'
import { deepest } from '../runtime/data/lists.ts'
import { shownJson } from '../runtime/data/shown.ts'

/** Reads a JSON object of values by name. Throws RNN509 for anything else. */
export function readValues(option: string, text: string): Record<string, Nested> {
  const value = parsed(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fail('RNN509', { what: option, expected: 'a JSON object, `{"name": value}`', found: `\`${text}\`` })
  return Object.fromEntries(Object.entries(value).map(([name, own]) => [name, nested(option, own)]))
}

/**
 * Reads the beginning of generated targets: a JSON object by name, or for a single one a text, of which a target without a vocabulary
 * takes the labels or numbers between commas. Throws RNN509 for a text where there are several targets.
 */
export function readBeginning(
  option: string,
  text: string,
  targets: readonly string[],
  fitted: Fitted | undefined,
): Record<string, Nested> {
  if (/^\s*\{/.test(text)) return readValues(option, text)
  const [name, ...others] = targets
  if (others.length > 0) {
    const expected = `a JSON object with ${targets.map(t => `\`${t}\``).join(' and ')}`
    fail('RNN509', { what: option, expected, found: `\`${text}\`` })
  }
  if (vocabularyFor(fitted, name) !== undefined) return { [name]: text }
  if (/^\s*\[/.test(text)) return { [name]: nested(option, parsed(text)) }
  const read = fitted !== undefined && hasTexts(fitted, name) ? (part: string) => part : numberOrText
  return { [name]: text.split(',').map(part => read(part.trim())) }
}

/** A number where the text is one; a label that looks like one must be known to be a label. */
export const numberOrText = (text: string): string | number =>
  text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Checks that a value of JSON is a number, a text or a truth, or lists of them. Throws RNN509 for another, and for lists too deep. */
function nested(option: string, value: unknown, depth = 0): Nested {
  const refuse = (found: string): never =>
    fail('RNN509', { what: option, expected: 'numbers, texts and lists of them', found })
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value
  if (!Array.isArray(value)) return refuse(value === undefined ? 'no JSON' : shownJson(value))
  if (depth === deepest) return refuse(`lists more than ${deepest} deep`)
  return value.map(part => nested(option, part, depth + 1))
}

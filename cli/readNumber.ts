// Reads a number of the command line.
import { fail } from '../dsl/diagnostics.ts'

/** Throws RNN509 for a text that is not a finite number. */
export function readNumber(option: string, text: string): number {
  const number = Number(text)
  if (text.trim() !== '' && Number.isFinite(number)) return number
  return fail('RNN509', { what: option, expected: 'a number', found: `\`${text}\`` })
}

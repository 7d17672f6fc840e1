// Functions of the language that this version does not have yet: RNN413.
import { fail } from '../../../dsl/diagnostics.ts'

const names = ['idx']

export const laterNames: ReadonlySet<string> = new Set(names)

/** Throws RNN413. */
export const refuse = (name: string, details: Parameters<typeof fail>[2]): never =>
  fail('RNN413', { feature: `\`${name}\` in a data block` }, details)

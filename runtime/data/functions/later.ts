// Functions that the language has and this version has not: RNN413.
import { fail } from '../../../dsl/diagnostics.ts'

const names = ['words', 'chars', 'text', 'idx', 'streams']

export const laterNames: ReadonlySet<string> = new Set(names)

/** Throws RNN413. */
export const refuse = (name: string, details: Parameters<typeof fail>[2]): never =>
  fail('RNN413', { feature: `\`${name}\` in a data block` }, details)

// Checks the options of the library's functions: a program without types can give anything.
import { fail } from '../../dsl/diagnostics.ts'
import { didYouMean } from '../../dsl/suggest.ts'
import { describeLeaf, isList } from '../data/arrays.ts'
import { isObject } from '../json.ts'

/** What a value may be. */
export interface Rule {
  readonly expected: string
  readonly holds: (value: unknown) => boolean
}

/** A rule for each option that a type has: the compiler asks for the line of a new one. */
export type Rules<O> = { readonly [K in keyof O]-?: Rule }

const method = (value: unknown, name: string): boolean =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, name) === 'function'

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 1

const number: Rule = { expected: 'a number', holds: value => typeof value === 'number' }
const object: Rule = { expected: 'an object of values by name', holds: isObject }

/** Rules that options have in common. */
export const rules = {
  number,
  object,
  sizes: {
    expected: 'whole numbers by name',
    holds: value =>
      isObject(value) && Object.values(value).every(size => Number.isSafeInteger(size) && Number(size) >= 0),
  },
  finite: { expected: 'a finite number', holds: Number.isFinite },
  text: { expected: 'a text', holds: value => typeof value === 'string' },
  flag: { expected: 'true or false', holds: value => typeof value === 'boolean' },
  callback: { expected: 'a function', holds: value => typeof value === 'function' },
  /** Counts from 1. */
  count: { expected: 'a whole number of at least 1', holds: isCount },
  target: {
    expected: 'the name of a target, or a backend that was opened',
    holds: value => typeof value === 'string' || (method(value, 'load') && method(value, 'refuses')),
  },
  precision: { expected: "'f32' or 'f64'", holds: value => value === 'f32' || value === 'f64' },
  memory: { expected: 'a number of bytes', holds: value => typeof value === 'number' && value >= 0 },
  signal: { expected: 'an AbortSignal', holds: value => method(value, 'throwIfAborted') },
  /** Is checked where it is used, as it is too large to be described by one rule. */
  later: { expected: 'a value', holds: () => true },
} as const satisfies Readonly<Record<string, Rule>>

/**
 * RNN105 for an option that a function does not have, RNN509 for one that is there and has another type than the declared one. `what`
 * names the options in messages.
 */
export function checkOptions<O>(options: object, known: Rules<O>, what = 'options'): void {
  checkArgument(what, object, options)
  const byName: Readonly<Record<string, Rule>> = known
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(byName, name)) {
      const help = didYouMean(name, Object.keys(byName))
      fail('RNN105', { kind: what === 'options' ? 'option' : `option of \`${what}\``, name }, { help })
    }
    if (value !== undefined) checkArgument(name, byName[name], value)
  }
}

/** RNN509 for a value that a rule does not allow. */
export function checkArgument(what: string, { expected, holds }: Rule, value: unknown): void {
  if (!holds(value)) fail('RNN509', { what, expected, found: isList(value) ? 'a list' : describeLeaf(value) })
}

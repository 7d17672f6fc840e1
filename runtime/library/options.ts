// Checks the options of the library's functions: a program without types can give anything.
import { fail } from '../../dsl/diagnostics.ts'
import { describeLeaf } from '../data/arrays.ts'

interface Rule {
  readonly expected: string
  readonly holds: (value: unknown) => boolean
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const number: Rule = { expected: 'a number', holds: value => typeof value === 'number' }
const finite: Rule = { expected: 'a finite number', holds: Number.isFinite }
const text: Rule = { expected: 'a text', holds: value => typeof value === 'string' }
const object: Rule = { expected: 'an object of values by name', holds: isObject }
const method = (value: unknown, name: string): boolean =>
  isObject(value) && typeof Reflect.get(value, name) === 'function'

/** Counts from 1. */
export const count: Rule = {
  expected: 'a whole number of at least 1',
  holds: value => Number.isSafeInteger(value) && Number(value) >= 1,
}

const rules: Readonly<Record<string, Rule>> = {
  target: {
    expected: 'the name of a target, or a backend that was opened',
    holds: value => typeof value === 'string' || (method(value, 'load') && method(value, 'refuses')),
  },
  precision: { expected: "'f32' or 'f64'", holds: value => value === 'f32' || value === 'f64' },
  seed: finite,
  memory: { expected: 'a number of bytes', holds: value => typeof value === 'number' && value >= 0 },
  signal: { expected: 'an AbortSignal', holds: value => method(value, 'throwIfAborted') },
  // What these may be is checked as in a `train` block.
  epochs: number,
  steps: number,
  batch: number,
  patience: number,
  optimizer: text,
  settings: text,
  split: { expected: "'ordered' or 'shuffled'", holds: value => value === 'ordered' || value === 'shuffled' },
  encode: {
    expected: 'texts by name',
    holds: value =>
      isObject(value) && Object.values(value).every(steps => steps === undefined || typeof steps === 'string'),
  },
  sizes: object,
  sets: object,
  path: text,
  over: text,
  model: text,
  file: text,
  source: text,
  read: { expected: 'a function', holds: value => typeof value === 'function' },
}

/** RNN509 for an option that is there and has another type than the declared one. `own` are rules that a function has beside the common ones. */
export function checkOptions(options: unknown, own: Readonly<Record<string, Rule>> = {}): void {
  if (!isObject(options)) fail('RNN509', { what: 'options', expected: 'an object', found: describeLeaf(options) })
  for (const [name, value] of Object.entries(Object(options))) {
    const rule = Object.hasOwn(own, name) ? own[name] : Object.hasOwn(rules, name) ? rules[name] : undefined
    if (rule === undefined || value === undefined || rule.holds(value)) continue
    fail('RNN509', { what: name, expected: rule.expected, found: describeLeaf(value) })
  }
}

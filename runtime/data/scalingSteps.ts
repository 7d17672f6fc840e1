// Steps of which scalings consist, each with all that is known of its kind: the functions of data that are invertible, and arithmetic
// with a number.
import type { Invertible } from './functions/invertible.ts'
import * as invertibles from './functions/invertibles.ts'

/** One invertible step on numbers, as plain JSON: weights files hold it. */
export type Step = ValueStep | PlainStep

interface ValueStep {
  readonly kind: 'add' | 'multiply' | 'divide'
  readonly value: number
}

interface PlainStep {
  readonly kind: PlainKind
}

export type PlainKind = 'reciprocal' | keyof typeof invertibles

/** Names of the functions of data that are invertible. */
export const invertibleNames: readonly PlainKind[] = Object.keys(invertibles).filter(isPlainKind)

const reciprocal: Invertible = {
  apply: x => 1 / x,
  undo: y => 1 / y,
  slope: x => 1 / (x * x),
  code: { apply: x => `1 / (${x})`, undo: y => `1 / (${y})` },
}

const plain: Readonly<Record<PlainKind, Invertible>> = { ...invertibles, reciprocal }

const withValue: Readonly<Record<ValueStep['kind'], (value: number) => Invertible>> = {
  add: value => ({
    apply: x => x + value,
    undo: y => y - value,
    slope: () => 1,
    code: { apply: x => `(${x} ${signed(value)})`, undo: y => `(${y} ${signed(-value)})` },
  }),
  multiply: value => ({
    apply: x => x * value,
    undo: y => y / value,
    slope: () => Math.abs(value),
    code: { apply: x => `${x} * ${number(value)}`, undo: y => `${y} / ${number(value)}` },
  }),
  divide: value => ({
    apply: x => x / value,
    undo: y => y * value,
    slope: () => 1 / Math.abs(value),
    code: { apply: x => `${x} / ${number(value)}`, undo: y => `${y} * ${number(value)}` },
  }),
}

const signed = (value: number): string => (value < 0 ? `- ${-value}` : `+ ${value}`)

const number = (value: number): string => (value < 0 ? `(${value})` : String(value))

/** Gives the functions that apply and undo a step. */
export const invertibleOf = (step: Step): Invertible =>
  'value' in step ? withValue[step.kind](step.value) : plain[step.kind]

/** Checks a part of a result of `JSON.parse`; undefined if it is not a step. */
export function parseStep({ kind, value }: Readonly<Record<string, unknown>>): Step | undefined {
  if (typeof kind !== 'string') return undefined
  if (isValueKind(kind)) {
    const isDivisor = typeof value === 'number' && Number.isFinite(value) && !(kind === 'divide' && value === 0)
    return isDivisor ? { kind, value } : undefined
  }
  return isPlainKind(kind) ? { kind } : undefined
}

const isValueKind = (kind: string): kind is ValueStep['kind'] => Object.hasOwn(withValue, kind)

function isPlainKind(kind: string): kind is PlainKind {
  return kind === 'reciprocal' || Object.hasOwn(invertibles, kind)
}

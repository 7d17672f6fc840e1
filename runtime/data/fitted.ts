// Scalings and labels fitted to the training part. Plain JSON, stored with the weights: predictions need them in both directions.
import type { Signature } from '../../compiler/elaborate/values/signature.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { isObject } from '../json.ts'
import { known } from './bindSizes.ts'
import { applying, type Encoding, undoing } from './encoding.ts'
import { parseStep } from './scalingSteps.ts'
import { shown } from './shown.ts'
import { parseVocabulary, tokenCoder, type Vocabulary } from './vocabulary.ts'

/** Encodings and sizes that were taken from the training part. */
export interface Fitted {
  /** Encoding of each fitted call of the data block, by its place: `s.standardize`, `s.standardize_2`. */
  readonly calls: Readonly<Record<string, Encoding>>
  /** Encoding of each input and target that is fed: all steps since its numbers were read. */
  readonly ports: Readonly<Record<string, Encoding>>
  /** The sizes that the data bound: `V`, `K`. */
  readonly sizes: Sizes
}

/**
 * Gives predictions for a target in the units of the data file: scalings are undone, indices become labels.
 * `values` is flat, the item's components innermost. A name that was never fitted keeps its values.
 */
export const inverse = (fitted: Fitted, port: string, values: ArrayLike<number>): (number | string)[] =>
  inverter(fitted, port)(Array.from(values))

/** As `inverse`, for the values of many examples. */
export function inverter(fitted: Fitted, port: string): (values: readonly number[]) => (number | string)[] {
  const encoding = encodingOf(fitted, port)
  if (encoding === undefined) return values => [...values]
  if (encoding.kind !== 'numbers') {
    const texts = textsOf(encoding)
    return values => values.map(index => texts[index] ?? index)
  }
  const undone = encoding.chains.map(undoing)
  return values => values.map((value, i) => undone[i % undone.length](value))
}

/**
 * The opposite of `inverse`: gives the model's numbers for values as they stand in the file. RNN408 for a label that training never
 * saw, RNN430 for a token that the vocabulary lacks; a number for a class or token is taken as its index.
 */
export const transform = (fitted: Fitted, port: string, values: ArrayLike<number | string>): Float64Array =>
  transformer(fitted, port)(values)

/** As `transform`, for the values of many examples, whose labels are looked up in one table. */
export function transformer(fitted: Fitted, port: string): (values: ArrayLike<number | string>) => Float64Array {
  const encoding = encodingOf(fitted, port)
  if (encoding === undefined)
    return values => (values instanceof Float64Array ? values : Float64Array.from(values, Number))
  if (encoding.kind === 'numbers') {
    const applied = encoding.chains.map(applying)
    return values => {
      const numbers = new Float64Array(values.length)
      for (let i = 0; i < numbers.length; i++) numbers[i] = applied[i % applied.length](Number(values[i]))
      return numbers
    }
  }
  const indexOf = encoding.kind === 'classes' ? indexer(encoding.labels, port) : tokenCoder(encoding, port)
  return values => Float64Array.from(values, value => (typeof value === 'string' ? indexOf(value) : value))
}

/** What turns each number of an item into the model's own, in turn; none where they are the same, undefined where they are texts. */
export function scalings(fitted: Fitted, port: string): readonly ((value: number) => number)[] | undefined {
  const encoding = encodingOf(fitted, port)
  if (encoding === undefined) return []
  return encoding.kind === 'numbers' ? encoding.chains.map(applying) : undefined
}

/** Texts of the codes of an encoding; numbers have none. */
export const textsOf = (encoding: Encoding): readonly string[] =>
  encoding.kind === 'classes' ? encoding.labels : encoding.kind === 'tokens' ? encoding.tokens : []

function indexer(labels: readonly string[], port: string): (label: string) => number {
  const indices = new Map(labels.map((label, index) => [label, index]))
  return label => indices.get(label) ?? fail('RNN408', { value: shown(label), name: port, place: '' })
}

/** Gives the texts that the values of an input or target are numbered by, labels or tokens; undefined where they are numbers. */
export const textsIn = (fitted: Fitted, port: string): readonly string[] | undefined => {
  const encoding = encodingOf(fitted, port)
  return encoding === undefined || encoding.kind === 'numbers' ? undefined : textsOf(encoding)
}

/** Tells whether the values of an input or target are texts: labels of classes, or tokens. */
export const hasTexts = (fitted: Fitted, port: string): boolean => textsIn(fitted, port) !== undefined

/** The vocabulary of an input or target whose texts are cut into tokens; undefined for others. */
export function vocabularyFor(fitted: Fitted | undefined, port: string): Vocabulary | undefined {
  const encoding = fitted && encodingOf(fitted, port)
  return encoding?.kind === 'tokens' && encoding.by !== 'elements' ? encoding : undefined
}

/**
 * RNN501 where a target has another number of labels than the weights were trained for, as an answer might have none; and where a
 * vocabulary is larger than the weights know.
 */
export function checkLabelled({ name: model, inputs, targets }: Signature, fitted: Fitted, sizes: Sizes): void {
  for (const port of [...inputs, ...targets]) {
    const { name, coding } = port
    const encoding = encodingOf(fitted, name)
    const count = coding && known(coding.size, sizes)
    if (encoding === undefined || encoding.kind === 'numbers' || count === undefined) continue
    const texts = textsOf(encoding).length
    const fits = targets.includes(port) ? texts === count : encoding.kind === 'classes' || texts <= count
    if (fits) continue
    const what = encoding.kind === 'classes' ? 'labels' : 'tokens in its vocabulary'
    const differences = `\`${name}\` is a ${coding?.kind} of ${count}, and has ${texts} ${what}`
    fail('RNN501', { file: 'the weights', model, differences })
  }
}

const encodingOf = (fitted: Fitted, port: string): Encoding | undefined =>
  Object.hasOwn(fitted.ports, port) ? fitted.ports[port] : undefined

/** Checks a result of `JSON.parse`; undefined if it is something else. */
export function parseFitted(json: unknown): Fitted | undefined {
  if (!isObject(json)) return undefined
  const calls = parseRecord(json.calls, parseEncoding)
  const ports = parseRecord(json.ports, parseEncoding)
  const sizes = parseRecord(json.sizes, n => (isCount(n) ? n : undefined))
  return calls && ports && sizes && { calls, ports, sizes }
}

function parseEncoding(json: unknown): Encoding | undefined {
  if (!isObject(json)) return undefined
  if (json.kind === 'classes') {
    const labels = parseList(json.labels, label => (typeof label === 'string' ? label : undefined))
    return labels && new Set(labels).size === labels.length ? { kind: 'classes', labels } : undefined
  }
  if (json.kind === 'tokens') return parseVocabulary(json)
  if (json.kind !== 'numbers') return undefined
  const chains = parseList(json.chains, chain =>
    parseList(chain, step => (isObject(step) ? parseStep(step) : undefined)),
  )
  return chains && chains.length > 0 ? { kind: 'numbers', chains } : undefined
}

function parseList<T>(json: unknown, parse: (item: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(json)) return undefined
  const items = json.map(parse).filter(item => item !== undefined)
  return items.length === json.length ? items : undefined
}

function parseRecord<T>(json: unknown, parse: (item: unknown) => T | undefined): Record<string, T> | undefined {
  if (!isObject(json)) return undefined
  const values = parseList(Object.values(json), parse)
  return values && Object.fromEntries(Object.keys(json).map((key, i) => [key, values[i]]))
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)

const isCount = (value: unknown): value is number => isNumber(value) && Number.isSafeInteger(value) && value >= 0

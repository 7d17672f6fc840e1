// Reads data that a program holds itself: nested arrays, one for each example, instead of a `data` block.

import type { Port, Signature } from '../../compiler/elaborate/values/signature.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import { counted } from '../../dsl/counted.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { didYouMean } from '../../dsl/suggest.ts'
import {
  bindSizes,
  checkCodes,
  checkLengths,
  codesIn,
  describePort,
  type Extent,
  type Found,
  type Role,
} from './bindSizes.ts'
import { Examples, type ExampleValue, type Part } from './example.ts'
import { type Fitted, hasTexts, textsIn, transformer, vocabularyFor } from './fitted.ts'
import type { Rows } from './rows.ts'
import { shown } from './shown.ts'
import { codesOf } from './vocabulary.ts'

/** Lists in lists, the axes outermost, then the item. Lists of numbers may be typed arrays; text is a label of a class, a token, or a list of tokens. */
export type Nested = number | boolean | string | ArrayLike<number> | readonly Nested[]

export interface ArrayOptions {
  /** Values are as in the data file: they are scaled, and labels numbered, as in training. */
  readonly fitted?: Fitted
  readonly sizes?: Sizes
  /** Whether texts are only the beginnings of sequences, which get no token of the end. */
  readonly areOpen?: boolean
  /** Number of examples where `arrays` is empty, for a model without inputs. */
  readonly count?: number
  /** The number of each example in messages; they are counted from 1 if left out. */
  readonly numbers?: ArrayLike<number>
  /** Examples that bind the sizes; all if left out. */
  readonly training?: Rows
}

export interface LoadedArrays {
  readonly part: Part
  readonly sizes: Sizes
}

/**
 * Reads the examples in `arrays`, by the name of an input or target; the outermost list is over the examples, and lengths of ragged
 * axes are those of the lists. Targets may be left out, for predictions. Errors: RNN401 an input is missing, RNN106 a name that
 * is neither, RNN402 lengths over one axis differ, RNN411 another shape, RNN412 no index of a token or class, RNN408 and RNN430 for
 * labels and tokens that training never saw, RNN424 for a number that the scaling of the training makes infinite or NaN.
 */
export function fromArrays(
  signature: Signature,
  arrays: Readonly<Record<string, readonly Nested[] | ArrayLike<number>>>,
  options: ArrayOptions = {},
): LoadedArrays {
  const all = [...signature.inputs, ...signature.targets]
  const names = all.map(port => port.name)
  const unknown = Object.keys(arrays).find(name => !names.includes(name))
  if (unknown !== undefined) fail('RNN106', { name: unknown }, { help: didYouMean(unknown, names) })
  const missing = signature.inputs.find(port => !Object.hasOwn(arrays, port.name))
  if (missing !== undefined) {
    fail('RNN401', { kind: 'input', input: missing.name }, { help: `pass \`${missing.name}\` with the others` })
  }
  const roleOf = (port: Port): Role => (signature.targets.includes(port) ? 'target' : 'input')
  const ports = all.filter(port => Object.hasOwn(arrays, port.name))
  const read = ports.map(port => readPort(port, roleOf(port), arrays[port.name], options))
  const count = read[0]?.examples.length ?? options.count ?? 0
  const sizes = bindSizes(
    read.map(({ found }) => found),
    { ...options.fitted?.sizes, ...options.sizes },
  )
  read.forEach(({ examples, found: { port } }) => {
    if (examples.length !== count) {
      const [left, right] = [ports[0], port].map(({ name }) => `\`${name}\``)
      const [leftLength, rightLength] = [count, examples.length].map(n => counted(n, 'example'))
      fail('RNN423', { left, leftLength, right, rightLength })
    }
    checkCodes(port, examples, sizes, example => exampleName(example, options.numbers))
  })
  const part = { count, ports: Object.fromEntries(read.map(({ examples, found }) => [found.port.name, examples])) }
  checkLengths(
    read.map(({ found }) => found),
    part,
  )
  return { part, sizes }
}

interface ReadPort {
  readonly examples: Examples
  readonly found: Found
}

/** Names an example in messages. */
export const exampleName = (index: number, numbers?: ArrayLike<number>): string =>
  `example ${numbers?.[index] ?? index + 1}`

/** Encodings of a model that was never trained. */
const nothing: Fitted = { calls: {}, ports: {}, sizes: {} }

function readPort(
  port: Port,
  role: Role,
  list: readonly Nested[] | ArrayLike<number>,
  { fitted, areOpen = false, training, numbers: counted }: ArrayOptions,
): ReadPort {
  const mismatch: (found: string) => never = found =>
    fail('RNN411', { input: port.name, declared: describePort(port), found })
  const axes = port.axes.length
  // The length found at each depth: axes first, then the item's dims.
  const extents = Array.from<Extent>({ length: axes + port.item.length })
  // Reads a text as a label; without labels a text is an error, even if it holds a number.
  const labelled = fitted !== undefined && hasTexts(fitted, port.name)
  const vocabulary = vocabularyFor(fitted, port.name)
  const encode = transformer(fitted ?? nothing, port.name)
  const readExample = (value: Nested, place: string): ExampleValue => {
    const leaves: (number | string)[] = []
    const lengths: number[][] = port.axes.map(() => [])
    const walk = (given: Nested, depth: number): void => {
      const isText = typeof given === 'string' && depth === extents.length - 1 && vocabulary !== undefined
      const nested = isText ? codesOf(vocabulary, given, port.name, areOpen) : given
      if (depth === extents.length) {
        leaves.push(leafOf(nested, place, mismatch))
        return
      }
      if (!isList(nested)) mismatch(`${describeLeaf(nested)} where a list is expected, in ${place}`)
      if (depth < axes) lengths[depth].push(nested.length)
      else if (extents[depth] !== undefined && extents[depth] !== nested.length) {
        mismatch(`${nested.length} numbers, but others have ${extents[depth]}, in ${place}`)
      }
      const before = extents[depth]
      extents[depth] = before === undefined || before === nested.length ? nested.length : 'many'
      for (let i = 0; i < nested.length; i++) walk(nested[i], depth + 1)
    }
    walk(value, 0)
    const given = labelled ? leaves : numbers(leaves, place, mismatch)
    const values = encode(given)
    const wrong = port.dtype === 'real' ? values.findIndex(v => !Number.isFinite(v)) : -1
    if (wrong >= 0) {
      const found = `${values[wrong]}, from ${given[wrong]} in ${place}`
      fail('RNN424', { operation: `the scaling of \`${port.name}\``, found })
    }
    return { values, lengths }
  }
  const examples = Array.from(list, (value, i) => readExample(value, exampleName(i, counted)))
  const texts = fitted && textsIn(fitted, port.name)
  const codes = port.coding && (texts ? { codes: texts.length } : codesIn(numbersIn(examples, training)))
  return {
    examples: Examples.of(examples),
    found: { port, role, item: extents.slice(axes), axes: extents.slice(0, axes), ...codes },
  }
}

function numbersIn(examples: readonly ExampleValue[], training?: Rows): ReadonlySet<number> {
  const seen = new Set<number>()
  const see = ({ values }: ExampleValue): void => {
    for (const value of values) seen.add(value)
  }
  if (training === undefined) examples.forEach(see)
  else training.forEach(row => void see(examples[row]))
  return seen
}

function leafOf(value: Nested, place: string, mismatch: (found: string) => never): number | string {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'string') return value
  if (isList(value)) return mismatch(`a list where a number is expected, in ${place}`)
  return Number.isFinite(value) ? value : mismatch(`${describeLeaf(value)} in ${place}`)
}

function numbers(
  leaves: readonly (number | string)[],
  place: string,
  mismatch: (found: string) => never,
): Float64Array {
  // A loop: `Float64Array.from` with a function takes several times as long.
  const values = new Float64Array(leaves.length)
  for (let i = 0; i < values.length; i++) {
    const leaf = leaves[i]
    values[i] = typeof leaf === 'number' ? leaf : mismatch(`the text "${shown(leaf)}" in ${place}`)
  }
  return values
}

/** Tells lists and typed arrays from all else, also from what only a program without types can give. */
export const isList = (value: unknown): value is readonly Nested[] | ArrayLike<number> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))

/** Describes a value that is no list, also one that only a program without types can give. */
export function describeLeaf(value: unknown): string {
  if (typeof value === 'string') return `the text "${shown(value)}"`
  if (typeof value === 'bigint') return `the bigint ${value}`
  if (typeof value === 'function') return 'a function'
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

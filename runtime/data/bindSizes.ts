// Checks examples against the inputs and targets of a model, and binds the sizes that only the data knows.
import { tooFew } from '../../compiler/elaborate/tensors/labels.ts'
import type { Port } from '../../compiler/elaborate/values/signature.ts'
import { type Dim, evaluate, format, type Sizes, symbolsOf } from '../../compiler/ir/dim.ts'
import type { Span } from '../../dsl/ast.ts'
import { counted } from '../../dsl/counted.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { greatest } from '../../dsl/greatest.ts'
import type { Examples, Part } from './example.ts'
import type { Rows } from './rows.ts'

/** Length that all examples share; `many` where they differ. */
export type Extent = number | 'many' | undefined

export type Role = 'input' | 'target'

/** Shape and codes found in the data for one port. */
export interface Found {
  readonly port: Port
  readonly role: Role
  /** An extent is undefined where no example shows it: there are none, or all their sequences are empty. */
  readonly item: readonly Extent[]
  readonly axes: readonly Extent[]
  /** Number of tokens or classes, if the data is coded or holds indices. */
  readonly codes?: number
  /** Indices that occur, where the data holds indices; undefined for labels that were numbered. */
  readonly seen?: ReadonlySet<number>
  readonly span?: Span
  /** Whether the port is the type of an equation, and no input or target. */
  readonly isEquation?: boolean
}

/** Describes a port as the model declares it: `real over T[24]`. */
export function describePort({ item, axes, coding, dtype }: Port): string {
  const base = coding
    ? `${coding.kind} of ${format(coding.size)}`
    : item.length > 0
      ? brackets(item.map(d => format(d)))
      : dtype
  return [base, ...axes.map(a => `over ${a.name}${a.ragged ? '' : brackets([format(a.size)])}`)].join(' ')
}

/**
 * Adds the sizes that the data binds. A declared size that the data contradicts is RNN411; one that nothing tells stays unbound.
 * RNN412 if there are more classes than declared, RNN408 if classes were counted that have no example, RNN411 if more labels to
 * predict are declared than there are.
 */
export function bindSizes(all: readonly Found[], given: Sizes): Sizes {
  const sizes: Record<string, number> = { ...given }
  // Binds free names first: a compound size such as 2*D is checked once D is known.
  for (const found of all) {
    for (const [dim, size] of pairs(found)) {
      const name = freeName(dim)
      if (name !== undefined && !Object.hasOwn(sizes, name)) sizes[name] = size
    }
  }
  for (const name of Object.keys(sizes)) if (!Object.hasOwn(given, name)) sizes[name] = count(all, name, sizes[name])
  for (const found of all) {
    const { port, item, axes, span } = found
    if (item.length !== port.item.length || axes.length !== port.axes.length) mismatch(found)
    if (dimsOf(found).some(pair => contradicts(pair, sizes))) mismatch(found)
    const declared = port.coding && known(port.coding.size, sizes)
    if (port.coding && declared !== undefined && isLabelled(found) && found.codes > declared) {
      const type = `${port.coding.kind} of ${declared}`
      const help = `the data has ${found.codes} of them`
      fail('RNN412', { value: found.codes - 1, type, name: port.name, place: '', last: declared - 1 }, { span, help })
    }
    if (found.role === 'target' && declared !== undefined && isLabelled(found) && found.codes < declared) {
      const help = `the model could predict a label that no example has: declare \`${port.coding?.kind} of ${found.codes}\`, or use a name, which the data counts`
      const labels = counted(found.codes, 'label')
      const values = { input: port.name, declared: `${port.coding?.kind} of ${declared}`, found: labels }
      fail('RNN411', values, { span, help })
    }
  }
  return sizes
}

/** Tells whether its codes stand for labels that were numbered. */
const isLabelled = (found: Found): found is Found & { readonly codes: number } =>
  found.codes !== undefined && found.seen === undefined

/** Range of the integers of 32 bits. */
const [lowest, highest] = [-(2 ** 31), 2 ** 31 - 1]

/** Number of codes where these indices occur, which is the greatest plus one; nothing where the greatest is not a code. */
export function codesIn(seen: ReadonlySet<number>): Pick<Found, 'codes' | 'seen'> {
  const most = greatest(seen, -1)
  return Number.isInteger(most) && most < highest ? { codes: most + 1, seen } : {}
}

/**
 * Gives the size of a bound name. Indices count up to the greatest of all ports that share the name. RNN408 for a class to predict that
 * none of them shows: of labels from 1 to 9, the 0. Tokens are exempt, as rare ones may be missing in the data.
 */
function count(all: readonly Found[], name: string, bound: number): number {
  const counting = all.filter(({ port }) => port.coding !== undefined && freeName(port.coding.size) === name)
  const isCounted = counting.length > 0 && !all.some(found => dimsOf(found).some(([dim]) => freeName(dim) === name))
  if (!isCounted || counting.some(found => found.seen === undefined)) return bound
  const size = counting.reduce((most, { codes = 0 }) => Math.max(most, codes), bound)
  const predicted = counting.find(({ port, role }) => role === 'target' && port.coding?.kind === 'class')
  if (predicted === undefined) return size
  // A fraction is reported by the check of every value.
  if (counting.some(({ seen }) => seen !== undefined && ![...seen].every(Number.isInteger))) return size
  let missing = 0
  while (missing < size && counting.some(({ seen }) => seen?.has(missing))) missing++
  if (missing === size) return size
  const help = `whole numbers are classes counted from 0: number other labels with \`classes(…)\`, or declare their number, \`class of ${size}\``
  return fail('RNN408', { value: missing, name: predicted.port.name, place: '' }, { span: predicted.span, help })
}

/** Tells where a number of an example was read. */
type Where = (example: number, number: number) => string

/**
 * RNN412 unless the numbers of an int, bool or coded port are whole, in range, and fit into 32 bits, and those of a port that an output
 * bounds are labels of it: RNN416 if there are only too many labels. `sizes` must bind the port's coding.
 */
export function checkCodes(port: Port, examples: Examples, sizes: Sizes, where: Where, span?: Span): void {
  const outputs = port.bound && known(port.bound.labels, sizes)
  if (port.bound !== undefined && outputs !== undefined)
    checkLabels(port, { text: port.bound.text, outputs }, examples, where, span)
  if (port.dtype === 'real') return
  const { coding } = port
  const limit = coding ? known(coding.size, sizes) : port.dtype === 'bool' ? 2 : undefined
  const [least, most] =
    coding || port.dtype === 'bool' ? [0, Math.min(limit ?? highest, highest) - 1] : [lowest, highest]
  for (let i = 0; i < examples.length; i++) {
    const { values } = examples.at(i)
    const at = values.findIndex(v => !Number.isInteger(v) || v < least || v > most)
    if (at < 0) continue
    const value = values[at]
    const what = Number.isInteger(value) ? '32-bit whole number' : 'whole number'
    const type: string = coding
      ? `${coding.kind} of ${limit ?? format(coding.size)}`
      : port.dtype === 'bool'
        ? 'bool'
        : what
    const help = limit === undefined ? `it takes whole numbers from ${least} to ${most}` : undefined
    const holes = { value, type, name: port.name, place: `: ${where(i, at)}`, last: (limit ?? 0) - 1 } as const
    fail('RNN412', holes, { span, ...(help && { help }) })
  }
}

/** RNN416 or RNN412 unless all numbers of a port are labels of an output `text`, which has so many. */
function checkLabels(
  { name, dtype }: Port,
  { text, outputs }: { readonly text: string; readonly outputs: number },
  examples: Examples,
  where: Where,
  span: Span | undefined,
): void {
  const isLabel = (value: number): boolean => value >= 0 && value <= outputs - 1
  const first = examples.findIndex(({ values }) => !values.every(isLabel))
  if (first < 0) return
  if (examples.every(({ values }) => values.every(v => v >= 0 && Number.isInteger(v)))) {
    let most = 0
    for (const { values } of examples) most = greatest(values, most)
    const count = most + 1
    tooFew({ name, labels: count, size: String(count) }, { text, outputs }, { span })
  }
  const { values } = examples.at(first)
  const at = values.findIndex(v => !isLabel(v))
  const [type, help] =
    dtype === 'real'
      ? ['probability', `\`${text}\` is a probability, so \`${name}\` must be 1 for yes and 0 for no`]
      : [
          `label of \`${text}\``,
          `its labels are whole numbers from 0 to ${outputs - 1}; exclude other values from the loss with \`where(${name} >= 0, …, 0)\``,
        ]
  const place = `: ${where(first, at)}`
  fail('RNN412', { value: values[at], type, name, place, last: outputs - 1 }, { span, help })
}

/**
 * RNN402 unless all ports have the same lengths over each axis that they share. `rows` are the rows of the examples among all that
 * were read, for the message.
 */
export function checkLengths(fed: readonly Pick<Found, 'port' | 'span'>[], part: Part, rows?: Rows): void {
  const first = new Map<string, Place>()
  for (const { port, span } of fed) {
    port.axes.forEach(({ name }, axis) => {
      const other = first.get(name)
      if (other === undefined) first.set(name, { port, axis, span })
      else compareLengths(part, name, other, { port, axis, span }, rows)
    })
  }
}

interface Place {
  readonly port: Port
  readonly axis: number
  readonly span?: Span
}

function compareLengths(part: Part, axis: string, left: Place, right: Place, rows?: Rows): void {
  for (let i = 0; i < part.count; i++) {
    const a = part.ports[left.port.name].at(i).lengths[left.axis]
    const b = part.ports[right.port.name].at(i).lengths[right.axis]
    const at = Array.from({ length: Math.max(a.length, b.length) }).findIndex((_, k) => a[k] !== b[k])
    if (at < 0) continue
    const names = { left: left.port.name, right: right.port.name, axis, row: (rows?.at(i) ?? i) + 1 }
    const labels = left.span && [{ span: left.span, text: `data of \`${left.port.name}\`` }]
    const place = { span: right.span, ...(labels && { labels }) }
    fail('RNN402', { ...names, leftLength: a[at] ?? 'no', rightLength: b[at] ?? 'no' }, place)
  }
}

/** Evaluates a dim under these sizes; undefined while it holds another symbol. */
export const known = (dim: Dim, sizes: Sizes): number | undefined =>
  symbolsOf(dim).every(name => Object.hasOwn(sizes, name)) ? evaluate(dim, sizes) : undefined

/** Pairs the dims of the item and of fixed axes with the extents found for them. */
function dimsOf({ port, item, axes }: Found): [Dim, Extent][] {
  return [
    ...port.item.map((dim, i): [Dim, Extent] => [dim, item[i]]),
    ...port.axes.flatMap(({ size, ragged }, i): [Dim, Extent][] => (ragged ? [] : [[size, axes[i]]])),
  ]
}

const contradicts = ([dim, found]: [Dim, Extent], sizes: Sizes): boolean =>
  found === 'many' || (found !== undefined && (known(dim, sizes) ?? found) !== found)

/** Pairs every dim that could bind a free name with the number found for it. */
function pairs(found: Found): [Dim, number][] {
  const dims = dimsOf(found).flatMap(([dim, n]): [Dim, number][] => (typeof n === 'number' ? [[dim, n]] : []))
  const { port, codes } = found
  return port.coding && codes !== undefined ? [...dims, [port.coding.size, codes]] : dims
}

/** Gives the name of a dim that is a single symbol, as `V`; undefined for others. */
export function freeName(dim: Dim): string | undefined {
  const [name] = symbolsOf(dim)
  return name !== undefined && format(dim) === name ? name : undefined
}

function mismatch({ port, item, axes, span, isEquation }: Found): never {
  const many = axes.some((found, i) => found === 'many' && port.axes[i]?.ragged === false)
  const help = many
    ? '`padded(x, n)` makes all sequences equally long; `over T` without a length takes any length'
    : undefined
  const base = item.length > 0 ? brackets(item.map(n => n ?? '?')) : port.dtype
  const over = axes.map(n => (typeof n === 'number' ? `over an axis of ${n}` : 'over an axis of different lengths'))
  const found = [base, ...over].join(' ')
  const [declared, place] = [describePort(port), { span, ...(help && { help }) }]
  return isEquation
    ? fail('RNN204', { name: port.name, declared, found }, place)
    : fail('RNN411', { input: port.name, declared, found }, place)
}

const brackets = (dims: readonly (string | number)[]): string => `[${dims.join(', ')}]`

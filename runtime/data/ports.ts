// Checking examples against the inputs and targets of a model, and binding the sizes that only the data knows.
import type { Port } from '../../compiler/check/signature.ts'
import { type Dim, evaluate, format, type Sizes, symbolsOf } from '../../compiler/ir/dim.ts'
import type { Span } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import type { Example, Part } from './example.ts'

/** A length that all examples share, or that there is no one such. */
export type Extent = number | 'many' | undefined

/** What was found in the data for one port. */
export interface Found {
  readonly port: Port
  /** Undefined where no example shows it: there are none, or all their sequences are empty. */
  readonly item: readonly Extent[]
  readonly axes: readonly Extent[]
  /** How many tokens or classes there are, if the data is coded or holds indices. */
  readonly codes?: number
  /** Whether these are labels: if they are too many, no single value is to blame. */
  readonly labels?: boolean
  readonly span?: Span
}

/** `real over T[24]`, as the model declares it. */
export function describePort({ item, axes, coding, dtype }: Port): string {
  const base = coding
    ? `${coding.kind} of ${format(coding.size)}`
    : item.length > 0
      ? brackets(item.map(d => format(d)))
      : dtype
  return [base, ...axes.map(a => `over ${a.name}${a.ragged ? '' : brackets([format(a.size)])}`)].join(' ')
}

/**
 * The sizes with those that the data says. A declared size that the data contradicts is RNN411; one that nothing says stays
 * unbound. RNN412 if there are more classes than declared.
 */
export function bindSizes(all: readonly Found[], given: Sizes): Sizes {
  const sizes: Record<string, number> = { ...given }
  // Free names first: a compound size such as 2*D is checked once D is known.
  for (const found of all) {
    for (const [dim, size] of pairs(found)) {
      const name = freeName(dim)
      if (name !== undefined && !Object.hasOwn(sizes, name)) sizes[name] = size
    }
  }
  for (const found of all) {
    const { port, item, axes, span } = found
    if (item.length !== port.item.length || axes.length !== port.axes.length) mismatch(found)
    if (dimsOf(found).some(pair => contradicts(pair, sizes))) mismatch(found)
    const declared = port.coding && known(port.coding.size, sizes)
    if (found.labels && port.coding && declared !== undefined && found.codes !== undefined && found.codes > declared) {
      const type = `${port.coding.kind} of ${declared}`
      const help = `there are ${found.codes} of them in the data`
      fail('RNN412', { value: found.codes - 1, type, name: port.name, place: '', last: declared - 1 }, { span, help })
    }
  }
  return sizes
}

/** The numbers of 32 bits. */
const [lowest, highest] = [-(2 ** 31), 2 ** 31 - 1]

/** How many codes there are, of which this is the greatest; undefined for what is no code. */
export const codesUpTo = (greatest: number): number | undefined =>
  Number.isInteger(greatest) && greatest < highest ? greatest + 1 : undefined

/**
 * RNN412 unless the numbers of an int, bool or coded port are whole, in range, and fit into 32 bits. `sizes` must bind the port's
 * coding; `where` says where a number of an example was found.
 */
export function checkCodes(
  port: Port,
  examples: readonly Example[],
  sizes: Sizes,
  where: (example: number, number: number) => string,
  span?: Span,
): void {
  if (port.dtype === 'real') return
  const { coding } = port
  const limit = coding ? known(coding.size, sizes) : port.dtype === 'bool' ? 2 : undefined
  const [least, most] =
    coding || port.dtype === 'bool' ? [0, Math.min(limit ?? highest, highest) - 1] : [lowest, highest]
  for (const [i, { values }] of examples.entries()) {
    const at = values.findIndex(v => !Number.isInteger(v) || v < least || v > most)
    if (at < 0) continue
    const value = values[at]
    const what = Number.isInteger(value) ? 'whole number that 32 bits hold' : 'whole number'
    const type = coding ? `${coding.kind} of ${limit ?? format(coding.size)}` : port.dtype === 'bool' ? 'bool' : what
    const help = limit === undefined ? `it takes whole numbers from ${least} to ${most}` : undefined
    const names = { value, type, name: port.name, place: `: ${where(i, at)}`, last: (limit ?? 0) - 1 }
    fail('RNN412', names, { span, ...(help && { help }) })
  }
}

/** The least real that 32 bits round to infinity. */
const infiniteInF32 = 2 ** 128 - 2 ** 103

/** RNN404 for a real that would be infinite in 32 bits; `where` says where a number of an example was found. */
export function checkReals(
  { dtype }: Port,
  examples: readonly Example[],
  where: (example: number, number: number) => string,
  span?: Span,
): void {
  if (dtype !== 'real') return
  for (const [i, { values }] of examples.entries()) {
    const at = values.findIndex(v => Math.abs(v) >= infiniteInF32)
    if (at < 0) continue
    const help = 'scale it, as `standardize` does, or compute in 64 bits: `--dtype f64`'
    fail('RNN404', { text: String(values[at]), type: 'number that 32 bits hold', where: where(i, at) }, { span, help })
  }
}

/**
 * RNN402 unless all ports have the same lengths over each axis that they share. `rows` are the places of the examples among all that
 * were read, for the message.
 */
export function checkLengths(fed: readonly Pick<Found, 'port' | 'span'>[], part: Part, rows?: Int32Array): void {
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

function compareLengths(part: Part, axis: string, left: Place, right: Place, rows?: Int32Array): void {
  for (let i = 0; i < part.count; i++) {
    const a = part.ports[left.port.name][i].lengths[left.axis]
    const b = part.ports[right.port.name][i].lengths[right.axis]
    const at = Array.from({ length: Math.max(a.length, b.length) }).findIndex((_, k) => a[k] !== b[k])
    if (at < 0) continue
    const names = { left: left.port.name, right: right.port.name, axis, row: (rows?.[i] ?? i) + 1 }
    const labels = left.span && [{ span: left.span, text: `\`${left.port.name}\` is fed here` }]
    const place = { span: right.span, ...(labels && { labels }) }
    fail('RNN402', { ...names, leftLength: a[at] ?? 'no', rightLength: b[at] ?? 'no' }, place)
  }
}

/** The number that a dim is under these sizes; undefined while it holds another symbol. */
export const known = (dim: Dim, sizes: Sizes): number | undefined =>
  symbolsOf(dim).every(name => Object.hasOwn(sizes, name)) ? evaluate(dim, sizes) : undefined

/** Item and fixed axes, with what was found for each. */
function dimsOf({ port, item, axes }: Found): [Dim, Extent][] {
  return [
    ...port.item.map((dim, i): [Dim, Extent] => [dim, item[i]]),
    ...port.axes.flatMap(({ size, ragged }, i): [Dim, Extent][] => (ragged ? [] : [[size, axes[i]]])),
  ]
}

const contradicts = ([dim, found]: [Dim, Extent], sizes: Sizes): boolean =>
  found === 'many' || (found !== undefined && (known(dim, sizes) ?? found) !== found)

/** All that could bind a free name. */
function pairs(found: Found): [Dim, number][] {
  const dims = dimsOf(found).flatMap(([dim, n]): [Dim, number][] => (typeof n === 'number' ? [[dim, n]] : []))
  const { port, codes } = found
  return port.coding && codes !== undefined ? [...dims, [port.coding.size, codes]] : dims
}

/** `V`, if that is all the dim is. */
function freeName(dim: Dim): string | undefined {
  const [name] = symbolsOf(dim)
  return name !== undefined && format(dim) === name ? name : undefined
}

function mismatch({ port, item, axes, span }: Found): never {
  const many = axes.some((found, i) => found === 'many' && port.axes[i]?.ragged === false)
  const help = many ? '`padded(x, n)` makes sequences of one length; `over T` without a length takes any' : undefined
  const base = item.length > 0 ? brackets(item.map(n => n ?? '?')) : port.dtype
  const over = axes.map(n => (typeof n === 'number' ? `over an axis of ${n}` : 'over an axis of many lengths'))
  return fail(
    'RNN411',
    { input: port.name, declared: describePort(port), found: [base, ...over].join(' ') },
    { span, ...(help && { help }) },
  )
}

const brackets = (dims: readonly (string | number)[]): string => `[${dims.join(', ')}]`

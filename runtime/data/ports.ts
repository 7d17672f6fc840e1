// Checking examples against the inputs and targets of a model, and binding the sizes that only the data knows.
import type { Port } from '../../compiler/check/signature.ts'
import { type Dim, evaluate, format, type Sizes, symbolsOf } from '../../compiler/ir/dim.ts'
import type { Span } from '../../dsl/ast.ts'
import { fail } from '../../dsl/diagnostics.ts'
import type { Example, Part } from './example.ts'

/** What was found in the data for one port. */
export interface Found {
  readonly port: Port
  readonly item: readonly number[]
  /** For each axis its length if every example has the same, else undefined. */
  readonly axes: readonly (number | undefined)[]
  /** How many tokens or classes there are, if the data is coded or holds indices. */
  readonly codes?: number
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
      if (name !== undefined && !(name in sizes)) sizes[name] = size
    }
  }
  for (const found of all) {
    const { port, item, axes, span } = found
    if (item.length !== port.item.length || axes.length !== port.axes.length) mismatch(found)
    if (dimsOf(found).some(([dim, size]) => (known(dim, sizes) ?? size) !== size)) mismatch(found)
    const declared = port.coding && known(port.coding.size, sizes)
    if (port.coding && declared !== undefined && found.codes !== undefined && found.codes > declared) {
      const type = `${port.coding.kind} of ${declared}`
      const help = `there are ${found.codes} of them in the data`
      fail('RNN412', { value: found.codes - 1, type, name: port.name, last: declared - 1 }, { span, help })
    }
  }
  return sizes
}

/** RNN412 unless the numbers of an int, bool or coded port are whole and in range. `sizes` must bind the port's coding. */
export function checkCodes(port: Port, examples: readonly Example[], sizes: Sizes, span?: Span): void {
  const limit = port.coding ? known(port.coding.size, sizes) : port.dtype === 'bool' ? 2 : undefined
  if (port.dtype === 'real') return
  for (const { values } of examples) {
    const value = values.find(v => !Number.isInteger(v) || (limit !== undefined && (v < 0 || v >= limit)))
    if (value === undefined) continue
    const type = port.coding ? `${port.coding.kind} of ${limit}` : port.dtype
    const help = limit === undefined ? 'the values are whole numbers' : undefined
    fail('RNN412', { value, type, name: port.name, last: (limit ?? 0) - 1 }, { span, ...(help && { help }) })
  }
}

/** RNN402 unless all ports have the same lengths over each axis that they share. */
export function checkLengths(ports: readonly Port[], part: Part): void {
  const first = new Map<string, { readonly port: Port; readonly axis: number }>()
  for (const port of ports) {
    port.axes.forEach(({ name }, axis) => {
      const other = first.get(name)
      if (other === undefined) first.set(name, { port, axis })
      else compareLengths(part, name, other, { port, axis })
    })
  }
}

interface Place {
  readonly port: Port
  readonly axis: number
}

function compareLengths(part: Part, axis: string, left: Place, right: Place): void {
  for (let i = 0; i < part.count; i++) {
    const a = part.ports[left.port.name][i].lengths[left.axis]
    const b = part.ports[right.port.name][i].lengths[right.axis]
    const at = Array.from({ length: Math.max(a.length, b.length) }).findIndex((_, k) => a[k] !== b[k])
    if (at < 0) continue
    const names = { left: left.port.name, right: right.port.name, axis, row: i + 1 }
    fail('RNN402', { ...names, leftLength: a[at] ?? 'no', rightLength: b[at] ?? 'no' })
  }
}

/** The number that a dim is under these sizes; undefined while it holds another symbol. */
export const known = (dim: Dim, sizes: Sizes): number | undefined =>
  symbolsOf(dim).every(name => name in sizes) ? evaluate(dim, sizes) : undefined

/** Item and fixed axes, with what was found for each. An axis whose length varies, but should not, is -1 long. */
function dimsOf({ port, item, axes }: Found): [Dim, number][] {
  return [
    ...port.item.map((dim, i): [Dim, number] => [dim, item[i]]),
    ...port.axes.flatMap(({ size, ragged }, i): [Dim, number][] => (ragged ? [] : [[size, axes[i] ?? -1]])),
  ]
}

/** All that could bind a free name. */
function pairs(found: Found): [Dim, number][] {
  const dims = dimsOf(found).filter(([, size]) => size !== undefined && size >= 0)
  const { port, codes } = found
  return port.coding && codes !== undefined ? [...dims, [port.coding.size, codes]] : dims
}

/** `V`, if that is all the dim is. */
function freeName(dim: Dim): string | undefined {
  const [name] = symbolsOf(dim)
  return name !== undefined && format(dim) === name ? name : undefined
}

function mismatch({ port, item, axes, span }: Found): never {
  const base = item.length > 0 ? brackets(item) : port.dtype
  const over = axes.map(n => (n === undefined ? 'over an axis of many lengths' : `over an axis of ${n}`))
  return fail('RNN411', { input: port.name, declared: describePort(port), found: [base, ...over].join(' ') }, { span })
}

const brackets = (dims: readonly (string | number)[]): string => `[${dims.join(', ')}]`

// Reads examples as a program holds them: columns, rows one after another, or rows that come over time.
import type { Port, Signature } from '../../compiler/elaborate/values/signature.ts'
import { evaluate, type Sizes, symbolsOf } from '../../compiler/ir/dim.ts'
import { counted } from '../../dsl/counted.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { didYouMean } from '../../dsl/suggest.ts'
import { describeLeaf, isList, type Nested } from '../data/arrays.ts'
import { describePort } from '../data/bindSizes.ts'

/** For each input or target its values, an example each. */
export type ColumnLists = Readonly<Record<string, readonly Nested[] | ArrayLike<number>>>

/** What is read. */
export interface Wanted {
  readonly signature: Signature
  /** Whether targets must be given too; else they are not read. */
  readonly targets: boolean
  /** Sizes that are known, for flat arrays. */
  readonly sizes: Sizes
}

const portsOf = ({ signature }: Wanted): readonly Port[] => [...signature.inputs, ...signature.targets]

/** The names of what is read. */
const readBy = ({ signature, targets }: Wanted): ReadonlySet<string> =>
  new Set([...signature.inputs, ...(targets ? signature.targets : [])].map(port => port.name))

/**
 * Reads columns, or rows. Throws RNN401 for a name that is missing, in a row too, RNN106 for one that is neither an input nor a target,
 * RNN405 where there are no examples, RNN411 for columns that are no lists, or flat arrays of another length.
 */
export function columnsIn(data: unknown, wanted: Wanted): ColumnLists {
  if (isIterable(data)) return columnsOfRows([...data], wanted)
  if (typeof data !== 'object' || data === null)
    return fail('RNN509', { what: 'data', expected: 'columns or rows', found: describeLeaf(data) })
  if (isAsyncIterable(data))
    return fail('RNN509', { what: 'data', expected: 'rows that are there', found: 'rows that come over time' })
  const entries = Object.entries(data)
  checkNames(
    entries.map(([name]) => name),
    wanted,
  )
  const read = readBy(wanted)
  const columns = entries.flatMap(([name, value]) =>
    read.has(name) ? [[name, columnOf(portNamed(name, wanted), value, wanted.sizes)] as const] : [],
  )
  checkCounts(columns)
  return Object.fromEntries(columns)
}

/** RNN405 where there are no examples, RNN423 where columns have different numbers of them. */
function checkCounts(columns: readonly (readonly [name: string, column: ArrayLike<unknown>])[]): void {
  if (columns.every(([, { length }]) => length === 0)) fail('RNN405', { what: 'the data' })
  const [[left, first]] = columns
  const other = columns.find(([, { length }]) => length !== first.length)
  if (other === undefined) return
  const [right, second] = other
  const [leftLength, rightLength] = [first, second].map(({ length }) => counted(length, 'example'))
  fail('RNN423', { left: `\`${left}\``, leftLength, right: `\`${right}\``, rightLength })
}

/** As `columnsIn`, also of rows that come over time. RNN516 if `signal` is aborted before the last row. */
export async function columnsInTime(data: unknown, wanted: Wanted, signal?: AbortSignal): Promise<ColumnLists> {
  if (!isAsyncIterable(data)) return columnsIn(data, wanted)
  const rows: unknown[] = []
  for await (const row of data) {
    if (signal?.aborted) fail('RNN516', {})
    rows.push(row)
  }
  return columnsOfRows(rows, wanted)
}

function columnsOfRows(rows: readonly unknown[], wanted: Wanted): ColumnLists {
  if (rows.length === 0) fail('RNN405', { what: 'the data' })
  const names = [...new Set(rows.flatMap((row, i) => Object.keys(rowOf(row, i))))]
  checkNames(names, wanted)
  const valueIn = (row: unknown, name: string, i: number): Nested => {
    const found: Readonly<Record<string, unknown>> = rowOf(row, i)
    const value = Object.hasOwn(found, name) ? found[name] : undefined
    if (value === undefined) return refuseMissing(name, wanted, `row ${i + 1} has no \`${name}\`, but others have`)
    return isNested(value)
      ? value
      : fail('RNN411', mismatch(portNamed(name, wanted), `${describeLeaf(value)} in row ${i + 1}`))
  }
  const read = names.filter(name => readBy(wanted).has(name))
  return Object.fromEntries(read.map(name => [name, rows.map((row, i) => valueIn(row, name, i))]))
}

/** RNN411 for a row that is no object. */
function rowOf(row: unknown, i: number): Readonly<Record<string, unknown>> {
  if (isRecord(row) && !isList(row)) return row
  const found = isList(row) ? 'a list' : describeLeaf(row)
  return fail('RNN509', {
    what: 'data',
    expected: 'rows that are objects, such as `{ x: [0.5, 1], y: 2 }`',
    found: `${found} as row ${i + 1}`,
  })
}

/** RNN106 for a name that is no input or target, RNN401 for one that is missing. */
function checkNames(names: readonly string[], wanted: Wanted): void {
  const known = portsOf(wanted).map(port => port.name)
  const unknown = names.find(name => !known.includes(name))
  if (unknown !== undefined) fail('RNN106', { name: unknown }, { help: didYouMean(unknown, known) })
  const missing = [...readBy(wanted)].find(name => !names.includes(name))
  if (missing !== undefined) refuseMissing(missing, wanted, `give \`${missing}\` with the others`)
}

function refuseMissing(name: string, { signature }: Wanted, help: string): never {
  const kind = signature.targets.some(port => port.name === name) ? 'target' : 'input'
  return fail('RNN401', { kind, input: name }, { help })
}

/** Finds a port whose name was checked. */
function portNamed(name: string, wanted: Wanted): Port {
  const ports = portsOf(wanted)
  return ports[ports.findIndex(port => port.name === name)]
}

function columnOf(port: Port, value: unknown, sizes: Sizes): readonly Nested[] | ArrayLike<number> {
  if (!isList(value))
    return fail('RNN411', mismatch(port, `${describeLeaf(value)} where a list of all examples is expected`))
  if (!isFlat(value)) return value
  return [...port.axes, ...port.item].length === 0 ? value : cut(value, port, sizes)
}

/** Cuts a flat array into examples by the shape that the model declares. RNN411 where it is not known or does not divide the array. */
function cut(values: FlatArray, port: Port, sizes: Sizes): readonly Nested[] {
  const dims = [...port.axes.map(axis => axis.size), ...port.item]
  const found = `a flat array of ${values.length} numbers`
  if (port.axes.some(axis => axis.ragged))
    return fail('RNN411', mismatch(port, found), { help: 'pass nested lists, which tell the length of each sequence' })
  const open = dims.flatMap(symbolsOf).find(name => !Object.hasOwn(sizes, name))
  if (open !== undefined) {
    const help = `pass nested lists, or \`sizes: { ${open}: … }\`, as nothing else tells the shape of an example`
    return fail('RNN411', mismatch(port, found), { help })
  }
  const shape = dims.map(dim => evaluate(dim, sizes))
  const width = shape.reduce((n, dim) => n * dim, 1)
  if (width === 0 || values.length % width !== 0)
    return fail('RNN411', mismatch(port, found), { help: `an example has ${shape.join(' × ')} numbers` })
  return listsOf(values, [values.length / width, ...shape])
}

/** Makes nested lists of a row-major array; the innermost are views of it. */
function listsOf(values: FlatArray, [count, ...shape]: readonly number[]): readonly Nested[] {
  const size = values.length / Math.max(1, count)
  return Array.from({ length: count }, (_, i) => {
    const part = values.subarray(i * size, (i + 1) * size)
    return shape.length === 1 ? part : listsOf(part, shape)
  })
}

const mismatch = (port: Port, found: string) => ({ input: port.name, declared: describePort(port), found })

type FlatArray =
  | Float32Array
  | Float64Array
  | Int32Array
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array

const isFlat = (value: readonly Nested[] | ArrayLike<number>): value is FlatArray => ArrayBuffer.isView(value)

const isNested = (value: unknown): value is Nested =>
  isList(value) || ['number', 'boolean', 'string'].includes(typeof value)

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const isIterable = (value: unknown): value is Iterable<unknown> =>
  isRecord(value) && Symbol.iterator in value && typeof value[Symbol.iterator] === 'function'

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  isRecord(value) && Symbol.asyncIterator in value && typeof value[Symbol.asyncIterator] === 'function'

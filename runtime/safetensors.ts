// The safetensors format: eight bytes with the length of a JSON header, the header, then the arrays one after another.
// Numbers are little-endian in the file, and in the typed arrays of every platform that JavaScript runs on today.
import { fail } from '../dsl/diagnostics.ts'
import { bytesIn } from './data/bytesIn.ts'
import { isObject, repeatedKey } from './json.ts'

export interface Tensor {
  readonly shape: readonly number[]
  /** Row-major: F32, F64 or I32 in the file. */
  readonly data: Float32Array | Float64Array | Int32Array
}

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, Tensor>
  readonly metadata: Readonly<Record<string, string>>
}

type Make = (buffer: ArrayBuffer) => Tensor['data']

const formats: Readonly<Record<string, { readonly bytes: number; readonly make: Make }>> = {
  F32: { bytes: 4, make: buffer => new Float32Array(buffer) },
  F64: { bytes: 8, make: buffer => new Float64Array(buffer) },
  I32: { bytes: 4, make: buffer => new Int32Array(buffer) },
}

/** The limit of the reference implementation. */
const longestHeader = 100_000_000

/** Encodes a file. The same tensors in the same order give the same bytes; those of 8-byte numbers come first. */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Uint8Array<ArrayBuffer> {
  if (tensors.has('__metadata__')) throw new Error('__metadata__ is not the name of a tensor')
  const ordered = [...tensors].sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT)
  let end = 0
  const entries = ordered.map(([name, { shape, data }]) => {
    if (count(shape) !== data.length) throw new Error(`${name}: ${data.length} numbers for shape [${shape.join(', ')}]`)
    const start = end
    end += data.byteLength
    return [name, { dtype: formatOf(data), shape, data_offsets: [start, end] }] as const
  })
  const header = new TextEncoder().encode(
    JSON.stringify(Object.fromEntries<unknown>([['__metadata__', metadata], ...entries])),
  )
  const padded = Math.ceil(header.length / 8) * 8
  const bytes = new Uint8Array(8 + padded + end)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true)
  bytes.set(header, 8)
  bytes.fill(0x20, 8 + header.length, 8 + padded)
  let at = 8 + padded
  for (const [, { data }] of ordered) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at)
    at += data.byteLength
  }
  return bytes
}

/** Reads the bytes of a file, which must be whole: anything else is RNN502. `file` is its name for messages. */
export function decodeSafetensors(given: Uint8Array, file: string): Safetensors {
  const wrong = (reason: string): never => fail('RNN502', { file, reason })
  const bytes = bytesIn(given) ?? wrong('it is given as something other than bytes')
  if (bytes.length < 8) return wrong(`it has ${bytes.length} bytes, but the length of the header alone takes 8`)
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true))
  if (length > longestHeader) return wrong('it does not begin with the length of a header')
  if (8 + length > bytes.length) return wrong(`it ends inside its header: ${bytes.length} bytes of ${8 + length}`)
  const { metadata, entries } = readHeader(bytes.subarray(8, 8 + length), wrong)
  const body = bytes.subarray(8 + length)
  checkLayout(entries, body.length, wrong)
  const tensor = ({ dtype, shape, start, end }: Entry): Tensor => {
    // Copied: a typed array must begin at a multiple of its element's size.
    const own = new Uint8Array(end - start)
    own.set(body.subarray(start, end))
    return { shape, data: formats[dtype].make(own.buffer) }
  }
  return { metadata, tensors: new Map(entries.map(entry => [entry.name, tensor(entry)])) }
}

/** Tells from eight bytes how many of the first bytes of a file hold its header; undefined if it is not of this format. */
export function headerEnd(bytes: Uint8Array): number | undefined {
  if (bytes.length < 8) return undefined
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true))
  return length > longestHeader ? undefined : 8 + length
}

/** Reads only the metadata, of the bytes that hold the header. RNN502 as `decodeSafetensors`. */
export function decodeMetadata(bytes: Uint8Array, file: string): Readonly<Record<string, string>> {
  const wrong = (reason: string): never => fail('RNN502', { file, reason })
  const end = headerEnd(bytes)
  if (end === undefined) return wrong('it does not begin with the length of a header')
  return readHeader(bytes.subarray(8, end), wrong).metadata
}

type Wrong = (reason: string) => never

interface Entry {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly start: number
  readonly end: number
}

function readHeader(header: Uint8Array, wrong: Wrong): { metadata: Record<string, string>; entries: Entry[] } {
  const text = textOf(header)
  const json = parse(text)
  if (!isObject(json)) return wrong('its header is not a JSON object')
  const twice = repeatedKey(text, json)
  if (twice !== undefined) return wrong(`its header has \`${twice}\` twice`)
  const { __metadata__: metadata = {}, ...rest } = json
  if (!isObject(metadata)) return wrong('its metadata is not a JSON object')
  const texts: [string, string][] = []
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== 'string') return wrong(`its metadata \`${key}\` is not a string`)
    texts.push([key, value])
  }
  return { metadata: Object.fromEntries(texts), entries: Object.entries(rest).map(([k, v]) => readEntry(k, v, wrong)) }
}

function readEntry(name: string, entry: unknown, wrong: Wrong): Entry {
  if (!isObject(entry)) return wrong(`\`${name}\` has no description`)
  const { dtype, shape, data_offsets: offsets } = entry
  if (typeof dtype !== 'string') return wrong(`\`${name}\` has no dtype`)
  if (!Object.hasOwn(formats, dtype)) {
    return wrong(`\`${name}\` is ${dtype}, but only ${Object.keys(formats).join(', ')} can be read`)
  }
  if (!isCounts(shape)) return wrong(`\`${name}\` has no shape`)
  if (!isCounts(offsets) || offsets.length !== 2) return wrong(`\`${name}\` has no offsets`)
  return { name, dtype, shape, start: offsets[0], end: offsets[1] }
}

/** Checks that the tensors fill the file without holes, and do not overlap. */
function checkLayout(entries: readonly Entry[], available: number, wrong: Wrong): void {
  const ordered = [...entries].sort((a, b) => a.start - b.start || a.end - b.end)
  let at = 0
  for (const { name, dtype, shape, start, end } of ordered) {
    if (start < at) wrong(`\`${name}\` overlaps the tensor before it`)
    if (start > at) wrong(`${start - at} bytes before \`${name}\` belong to no tensor`)
    const needed = count(shape) * formats[dtype].bytes
    if (end - start !== needed) {
      wrong(`\`${name}\` is ${dtype} [${shape.join(', ')}], ${needed} bytes, but has ${end - start}`)
    }
    at = end
  }
  if (at > available) wrong(`it is truncated: ${available} bytes of numbers, and its header describes ${at}`)
  if (at < available) wrong(`${available - at} bytes follow its last tensor`)
}

/** Decodes UTF-8; gives an empty text, which is not JSON, for other bytes. */
function textOf(header: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(header)
  } catch {
    return ''
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every(n => Number.isSafeInteger(n) && n >= 0)

const count = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1)

function formatOf(data: Tensor['data']): string {
  if (data instanceof Float32Array) return 'F32'
  return data instanceof Float64Array ? 'F64' : 'I32'
}

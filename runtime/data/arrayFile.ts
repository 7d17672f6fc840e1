// Reads an array from the bytes of a file: a header tells its type and its dims, and its numbers follow.
import { fail } from '../../dsl/diagnostics.ts'
import { joinedBytes } from '../../dsl/joinedBytes.ts'
import type { DirectReader } from './functions/file.ts'
import { GrowingBytes, GrowingInts, GrowingNumbers } from './growing.ts'
import { type NumberType, truthType } from './numberTypes.ts'
import type { Numbers, StoredArray } from './value.ts'

export interface Header {
  readonly type: NumberType
  readonly isLittle: boolean
  readonly dims: readonly number[]
  /** Whether the first dim is the innermost, as in Fortran. */
  readonly isFortran: boolean
  /** Number of bytes before the first number. */
  readonly length: number
}

/** Reads a header from the first bytes of a file; undefined where it needs more. */
export type ReadHeader = (first: Uint8Array, malformed: Malformed) => Header | undefined

export type Malformed = (reason: string, help?: string) => never

/** Makes the errors of a file; `name` is that of an array in an archive. */
export const malformedIn =
  (file: string, name = ''): Malformed =>
  (reason, help) =>
    fail(
      'RNN410',
      { file, reason: name === '' ? reason : `array \`${name}\`: ${reason}` },
      help === undefined ? {} : { help },
    )

/** Makes a reader of the array `name` in a file. RNN405 if it has no numbers, RNN410 if it is malformed. */
export function arrayReader(file: string, name: string, readHeader: ReadHeader): DirectReader<StoredArray> {
  const malformed = malformedIn(file, name)
  /** Bytes of a header, or of a number, that goes on in the next piece. */
  let rest: Uint8Array = new Uint8Array()
  let numbers: NumbersReader | undefined
  return {
    isText: false,
    add: bytes => {
      let all = rest.length === 0 ? bytes : joinedBytes([rest, bytes])
      if (numbers === undefined) {
        const header = readHeader(all, malformed)
        if (header === undefined) {
          rest = all.slice()
          return
        }
        numbers = numbersReader(header, malformed)
        all = all.subarray(header.length)
      }
      const used = numbers.add(all)
      rest = all.slice(used)
    },
    end: () => {
      if (numbers === undefined) {
        if (rest.length === 0) return fail('RNN405', { what: `\`${file}\`` })
        return malformed('it ends inside its header')
      }
      const { dims } = numbers.header
      if (dims.includes(0)) return fail('RNN405', { what: `the ${shapeText(dims)} array in \`${file}\`` })
      return { kind: 'array', file, name, ...numbers.take() }
    },
  }
}

interface NumbersReader {
  readonly header: Header
  /** Reads the whole numbers in some bytes, and gives the number of bytes used. */
  readonly add: (bytes: Uint8Array) => number
  readonly take: () => Omit<StoredArray, 'kind' | 'file' | 'name'>
}

/** Keeps numbers as they come, as a header may promise more than the file has. */
function numbersReader(header: Header, malformed: Malformed): NumbersReader {
  const { type, isLittle, dims, isFortran } = header
  const count = dims.reduce((n, dim) => n * dim, 1)
  const values = new { bytes: GrowingBytes, ints: GrowingInts, floats: GrowingNumbers }[type.held]()
  const large = new Map<number, string>()
  let notFinite: number | undefined
  const { size, read, digits } = type
  return {
    header,
    add: bytes => {
      const whole = Math.floor(bytes.length / size)
      if (values.length + bytes.length / size > count) {
        malformed(`it has more data than the ${count} numbers of its shape, ${shapeText(dims)}`)
      }
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      for (let at = 0; at < whole * size; at += size) {
        const value = read(view, at, isLittle)
        if (!Number.isFinite(value)) notFinite ??= values.length
        if (digits !== undefined && !Number.isSafeInteger(value)) {
          large.set(values.length, String(digits(view, at, isLittle)))
        }
        values.push(value)
      }
      return whole * size
    },
    take: () => {
      if (values.length < count) {
        malformed(`it ends after ${values.length} of the ${count} numbers of its shape, ${shapeText(dims)}`)
      }
      const isTruths = type.name === truthType
      const all = values.take()
      const wrong = isTruths ? all.findIndex(value => value > 1) : -1
      if (wrong >= 0) malformed(`a bool in it is the byte ${all[wrong]}, and not 0 or 1`)
      const stored = { dims, values: all, isTruths, large, ...(notFinite !== undefined && { notFinite }) }
      return isFortran && dims.length > 1 ? rowMajor(stored) : stored
    },
  }
}

type Stored = Omit<StoredArray, 'kind' | 'file' | 'name'>

/** Moves the numbers of an array whose first dim is the innermost. */
function rowMajor({ dims, values, large, isTruths }: Stored): Stored {
  const moved: Numbers = values.slice()
  const movedLarge = new Map<number, string>()
  const placeOf = placesOf(dims)
  for (let i = 0; i < moved.length; i++) {
    const from = placeOf(i)
    moved[i] = values[from]
    const text = large.get(from)
    if (text !== undefined) movedLarge.set(i, text)
  }
  const notFinite = moved.findIndex(value => !Number.isFinite(value))
  return { dims, values: moved, isTruths, large: movedLarge, ...(notFinite >= 0 && { notFinite }) }
}

/** Makes the function from a place among rows to the place where the first dim is the innermost. */
function placesOf(dims: readonly number[]): (place: number) => number {
  const strides = dims.map((_, axis) => dims.slice(0, axis).reduce((n, dim) => n * dim, 1))
  return place => {
    let rest = place
    let from = 0
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      from += (rest % dims[axis]) * strides[axis]
      rest = Math.floor(rest / dims[axis])
    }
    return from
  }
}

export const shapeText = (dims: readonly number[]): string => dims.join(' × ')

// Types of the numbers in binary files, by the names that NumPy gives them.

type Read = (view: DataView, at: number, isLittle: boolean) => number

export interface NumberType {
  readonly name: string
  /** Number of bytes of one. */
  readonly size: number
  readonly read: Read
  /** The array that holds all numbers of the type. */
  readonly held: 'bytes' | 'ints' | 'floats'
  /** For wide integers: reads all digits. */
  readonly digits?: (view: DataView, at: number, isLittle: boolean) => bigint
}

const i8: NumberType['digits'] = (view, at, isLittle) => view.getBigInt64(at, isLittle)
const u8: NumberType['digits'] = (view, at, isLittle) => view.getBigUint64(at, isLittle)

const all: readonly NumberType[] = [
  { name: 'b1', size: 1, held: 'bytes', read: (view, at) => view.getUint8(at) },
  { name: 'u1', size: 1, held: 'bytes', read: (view, at) => view.getUint8(at) },
  { name: 'i1', size: 1, held: 'ints', read: (view, at) => view.getInt8(at) },
  { name: 'u2', size: 2, held: 'ints', read: (view, at, isLittle) => view.getUint16(at, isLittle) },
  { name: 'i2', size: 2, held: 'ints', read: (view, at, isLittle) => view.getInt16(at, isLittle) },
  { name: 'u4', size: 4, held: 'floats', read: (view, at, isLittle) => view.getUint32(at, isLittle) },
  { name: 'i4', size: 4, held: 'ints', read: (view, at, isLittle) => view.getInt32(at, isLittle) },
  { name: 'u8', size: 8, held: 'floats', read: (...place) => Number(u8(...place)), digits: u8 },
  { name: 'i8', size: 8, held: 'floats', read: (...place) => Number(i8(...place)), digits: i8 },
  { name: 'f4', size: 4, held: 'floats', read: (view, at, isLittle) => view.getFloat32(at, isLittle) },
  { name: 'f8', size: 8, held: 'floats', read: (view, at, isLittle) => view.getFloat64(at, isLittle) },
]

/** Truths: a byte of 0 or 1 each. */
export const truthType = 'b1'

export const numberTypes: ReadonlyMap<string, NumberType> = new Map(all.map(type => [type.name, type]))

// idx("images-idx3-ubyte.gz"): the array of an IDX file, the format of the MNIST images: http://yann.lecun.com/exdb/mnist
import { arrayReader, type ReadHeader } from '../arrayFile.ts'
import { numberTypes } from '../numberTypes.ts'
import { arrayOfZeros } from '../storedArray.ts'
import { readArrayFile } from './file.ts'
import type { DataFunction } from './function.ts'

export const idx: DataFunction = {
  name: 'idx',
  parameters: [{ name: 'path' }],
  example: path => arrayOfZeros(path, '', [1]),
  apply: ([path], call) => readArrayFile(path, call, file => arrayReader(file, '', readHeader)),
}

/** Types by the third byte of a file. */
const typeNames: Readonly<Record<number, string>> = { 8: 'u1', 9: 'i1', 11: 'i2', 12: 'i4', 13: 'f4', 14: 'f8' }

/** Reads the bytes 0, 0, the type, the number of dims, and each dim of 4 bytes; all is big-endian. */
const readHeader: ReadHeader = (first, malformed) => {
  if (first.slice(0, 2).some(byte => byte !== 0)) malformed('it does not begin as an IDX file, with two bytes of 0')
  if (first.length < 4) return undefined
  const [, , code, rank] = first
  const type = numberTypes.get(typeNames[code] ?? '')
  if (type === undefined) return malformed(`its third byte is ${code}, which is no type of IDX numbers`)
  if (rank === 0) return malformed('it has no dims: the first is the number of its examples')
  const length = 4 + 4 * rank
  if (first.length < length) return undefined
  const view = new DataView(first.buffer, first.byteOffset, length)
  const dims = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i))
  return { type, isLittle: false, dims, isFortran: false, length }
}

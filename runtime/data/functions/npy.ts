// npy("x.npy"): an array that NumPy saved, whose first dim are the rows.
import { arrayReader } from '../arrayFile.ts'
import { npyHeader } from '../npyHeader.ts'
import { arrayOfZeros } from '../storedArray.ts'
import { readArrayFile } from './file.ts'
import type { DataFunction } from './function.ts'

export const npy: DataFunction = {
  name: 'npy',
  parameters: [{ name: 'path' }],
  example: path => arrayOfZeros(path, '', [1]),
  apply: ([path], call) => readArrayFile(path, call, file => arrayReader(file, '', npyHeader(file))),
}

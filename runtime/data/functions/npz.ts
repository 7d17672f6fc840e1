// npz("data.npz"): the arrays that NumPy saved into one file by `savez` or `savez_compressed`, by their names.
import { fail } from '../../../dsl/diagnostics.ts'
import { arrayReader, malformedIn } from '../arrayFile.ts'
import { GrowingBytes } from '../growing.ts'
import { npyHeader } from '../npyHeader.ts'
import { arrayOfZeros } from '../storedArray.ts'
import { type StoredArray, type Table, tableOf } from '../value.ts'
import { zipEntries } from '../zip.ts'
import { type FileFormat, readTable } from './file.ts'
import type { DataFunction } from './function.ts'

export const npz: DataFunction = {
  name: 'npz',
  parameters: [{ name: 'path' }],
  example: (path, columns) =>
    arraysIn(
      path,
      columns.map(name => unread(path, name)),
    ),
  apply: ([path], call) => readTable(path, call, npzFile),
}

/** An array that nothing asks for. */
const unread = (file: string, name: string): StoredArray => arrayOfZeros(file, name, [1])

const arraysIn = (file: string, arrays: readonly StoredArray[]): Table<StoredArray> =>
  tableOf(file, arrays, ({ name }) => unread(file, name))

/** Reads the archive when all of it is there, as its directory is at its end. Files in it that are no arrays are left out. */
const npzFile: FileFormat<Table<StoredArray>> = (file, asked) => {
  const bytes = new GrowingBytes()
  return {
    isText: false,
    add: piece => bytes.append(Uint8Array.from(piece)),
    end: async () => {
      if (bytes.length === 0) fail('RNN405', { what: `\`${file}\`` })
      const arrays: StoredArray[] = []
      for (const entry of zipEntries(bytes.take(), malformedIn(file))) {
        if (!entry.name.endsWith('.npy')) continue
        const name = entry.name.slice(0, -'.npy'.length)
        if (asked(name) === 'nothing') arrays.push(unread(file, name))
        else {
          const reader = arrayReader(file, name, npyHeader(file))
          for await (const piece of entry.pieces()) reader.add(piece)
          arrays.push(reader.end())
        }
      }
      return arraysIn(file, arrays)
    },
  }
}

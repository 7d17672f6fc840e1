// Arrays by name as JSON, between Node and a page: with infinities and NaN, and every bit of a number.
import type { Buffer } from '../../compiler/backend/backend.ts'

type Named = Readonly<Record<string, Buffer>>

/** The elements of each as texts; whole numbers have a letter before their name. */
export type ArrayText = Readonly<Record<string, readonly string[]>>

export const toText = (arrays: Named): ArrayText =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, data]) => [
      `${data instanceof Int32Array ? 'i' : 'r'}${name}`,
      Array.from(data, String),
    ]),
  )

export const fromText = (text: ArrayText): Named =>
  Object.fromEntries(
    Object.entries(text).map(([name, data]) => {
      const numbers = data.map(Number)
      return [name.slice(1), name.startsWith('i') ? Int32Array.from(numbers) : Float32Array.from(numbers)]
    }),
  )

// Whether what training has learned is made of numbers.
import type { Buffer } from '../compiler/backend/backend.ts'

/** The first array with a NaN or an infinity, and what it is; undefined where all is finite. One pass over the numbers. */
export function notFinite(arrays: Readonly<Record<string, Buffer>>): { name: string; value: number } | undefined {
  for (const [name, data] of Object.entries(arrays)) {
    if (allFinite(data)) continue
    return { name, value: data.find(x => !Number.isFinite(x)) ?? Number.NaN }
  }
  return undefined
}

/** By a product with zero, which is NaN for what is not finite: faster than a question about each number. */
function allFinite(data: Buffer): boolean {
  if (data instanceof Int32Array) return true
  let zero = 0
  for (let i = 0; i < data.length; i++) zero += data[i] * 0
  return zero === 0
}

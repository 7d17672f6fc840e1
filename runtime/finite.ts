// Checks weights and optimizer states for NaN and infinity.
import type { Buffer } from '../compiler/backend/backend.ts'

/** Finds the first array with a NaN or an infinity, and that value; undefined where all are finite. One pass over the numbers. */
export function notFinite(arrays: Readonly<Record<string, Buffer>>): { name: string; value: number } | undefined {
  for (const [name, data] of Object.entries(arrays)) {
    if (allFinite(data)) continue
    return { name, value: data.find(x => !Number.isFinite(x)) ?? Number.NaN }
  }
  return undefined
}

/**
 * Tells whether every number is finite, by products with zero, which are NaN otherwise. Sums in four parts at once, as a single sum
 * waits for each addition.
 */
export function allFinite(data: Buffer): boolean {
  if (data instanceof Int32Array) return true
  let [a, b, c, d] = [0, 0, 0, 0]
  const whole = data.length - (data.length % 4)
  for (let i = 0; i < whole; i += 4) {
    a += data[i] * 0
    b += data[i + 1] * 0
    c += data[i + 2] * 0
    d += data[i + 3] * 0
  }
  for (let i = whole; i < data.length; i++) a += data[i] * 0
  return a + b + c + d === 0
}

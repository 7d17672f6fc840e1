// Numbers as the bytes of WebAssembly's binary format.
import { joinedBytes } from '../../../dsl/joinedBytes.ts'

/** A few bytes as numbers, many as an array of bytes. */
export type Bytes = ArrayLike<number>

/** LEB128 of a number that is not negative. */
export function unsigned(value: number): number[] {
  const low = value % 128
  return value < 128 ? [low] : [low + 128, ...unsigned((value - low) / 128)]
}

/** LEB128 of a whole number of 32 bits. */
export function signed(value: number): number[] {
  const low = value & 127
  const rest = value >> 7
  const isLast = (rest === 0 && (low & 64) === 0) || (rest === -1 && (low & 64) !== 0)
  return isLast ? [low] : [low + 128, ...signed(rest)]
}

export const float32 = (value: number): number[] => [...new Uint8Array(Float32Array.of(value).buffer)]

export const float64 = (value: number): number[] => [...new Uint8Array(Float64Array.of(value).buffer)]

export const int64 = (value: bigint): number[] => [...new Uint8Array(BigInt64Array.of(value).buffer)]

export const int32 = (value: number): number[] => [...new Uint8Array(Int32Array.of(value).buffer)]

/** A name: its length in bytes, and they. */
export const text = (name: string): Bytes => sized(new TextEncoder().encode(name))

/** A list: its length, and its entries one after the other. */
export const list = (entries: readonly Bytes[]): Uint8Array<ArrayBuffer> =>
  joinedBytes([unsigned(entries.length), ...entries])

/** What follows after its own length. */
export const sized = (bytes: Bytes): Uint8Array<ArrayBuffer> => joinedBytes([unsigned(bytes.length), bytes])

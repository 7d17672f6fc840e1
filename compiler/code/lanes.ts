// Values of the loop language's vectors, for the interpreter: 16 bytes, read lane by lane.
import type { Literal } from './code.ts'
import { isVector, laneCount, type Type } from './types.ts'

/** A number; of a vector its 16 bytes. */
export type Value = number | DataView

/** A lane of f32x4, f64x2 or i32x4. Those of i64x2 are no numbers of JavaScript: `evaluate.ts` reads them as bigints. */
export function getLane(v: DataView, type: Type, i: number): number {
  if (type === 'i64x2') throw new Error('a lane of i64x2 is read as a number')
  if (type === 'f32x4') return v.getFloat32(4 * i, true)
  return type === 'f64x2' ? v.getFloat64(8 * i, true) : v.getInt32(4 * i, true)
}

export function setLane(v: DataView, type: Type, i: number, x: number): void {
  if (type === 'f32x4') v.setFloat32(4 * i, x, true)
  else if (type === 'f64x2') v.setFloat64(8 * i, x, true)
  else v.setInt32(4 * i, x, true)
}

export const newVector = (): DataView => new DataView(new ArrayBuffer(16))

/** A vector of which `lane` gives each lane. */
export function vector(type: Type, lane: (i: number) => number): DataView {
  const made = newVector()
  const count = isVector(type) ? laneCount[type] : 0
  for (let i = 0; i < count; i++) setLane(made, type, i, lane(i))
  return made
}

/** A vector of two lanes of 64 bits. */
export function vector64(lane: (i: number) => bigint): DataView {
  const made = newVector()
  for (let i = 0; i < 2; i++) made.setBigInt64(8 * i, BigInt.asIntN(64, lane(i)), true)
  return made
}

/** The value of a literal. */
export function literalValue(type: Type, value: Literal): Value {
  if (typeof value === 'bigint') return vector64(() => value)
  if (typeof value !== 'number') return vector(type, i => value[i])
  if (isVector(type)) return vector(type, () => value)
  return type === 'f32' ? Math.fround(value) : value
}

// The types of the loop language: numbers, and vectors of numbers.

/** Floats of 32 or of 64 bits. */
export type Precision = 'f32' | 'f64'

/** Numbers; i32 is a whole number, an address in bytes, or a truth (1 or 0). */
export type Scalar = 'i32' | Precision

/** 128 bits as so many lanes. A comparison of vectors gives a mask of the whole numbers of that width: all bits of a lane, or none. */
export type Vector = 'f32x4' | 'f64x2' | 'i32x4' | 'i64x2'

export type Type = Scalar | Vector

export const laneCount: Readonly<Record<Vector, number>> = { f32x4: 4, f64x2: 2, i32x4: 4, i64x2: 2 }

export const isVector = (type: Type): type is Vector => Object.hasOwn(laneCount, type)

const vectorOf = { f32: 'f32x4', f64: 'f64x2', i32: 'i32x4' } as const satisfies Record<Scalar, Vector>

/** The vector with a scalar in each lane; of a vector itself. */
export const splatOf = (t: Type): Vector => (isVector(t) ? t : vectorOf[t])

/** The type of a comparison's result. */
export const truthOf: Readonly<Record<Type, Type>> = {
  i32: 'i32',
  f32: 'i32',
  f64: 'i32',
  f32x4: 'i32x4',
  i32x4: 'i32x4',
  f64x2: 'i64x2',
  i64x2: 'i64x2',
}

/** The bytes that a load or a store of a type moves. */
export const bytesOf: Readonly<Record<Type, number>> = {
  i32: 4,
  f32: 4,
  f64: 8,
  f32x4: 16,
  f64x2: 16,
  i32x4: 16,
  i64x2: 16,
}

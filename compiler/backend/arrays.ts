// The arrays that hold the values of a plan: their types, and the check of those that a run is given.
import type { DType } from '../ir/graph.ts'
import type { Buffer, Precision } from './backend.ts'

/** A class of arrays. */
export interface ArrayType {
  new (length: number): Buffer
  new (memory: ArrayBufferLike, start: number, length: number): Buffer
  readonly name: string
}

export const arrayTypeOf = (dtype: DType, precision: Precision): ArrayType =>
  dtype !== 'real' ? Int32Array : precision === 'f32' ? Float32Array : Float64Array

/** The name of the class, for generated code. */
export const arrayTypeName = (dtype: DType, precision: Precision): string => arrayTypeOf(dtype, precision).name

/** Throws a plain Error for an input of another type or length; the modules of js say it in the same words. */
export function checkArray(array: Buffer | undefined, name: string, type: ArrayType, length: number): Buffer {
  if (!(array instanceof type)) throw new Error(`input ${name} should be a ${type.name}`)
  if (array.length === length) return array
  throw new Error(`input ${name} should have ${length} elements and has ${array.length}`)
}

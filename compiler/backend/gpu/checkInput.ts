// Checks the input arrays of a run, and converts them for a device.
import { fail } from '../../../dsl/diagnostics.ts'
import { evaluate, product, type Sizes } from '../../ir/dim.ts'
import type { Port } from '../../plan/plan.ts'
import { arrayTypeOf, checkArray } from '../arrays.ts'
import type { Buffer } from '../backend.ts'

/** The largest number up to which a 32-bit float holds every whole number. */
export const mostExact = 2 ** 24

/** Throws a plain Error for an array of another type or length than the input of a plan. */
export function checkInput({ name, shape, operand }: Port, array: Buffer | undefined, sizes: Sizes): Buffer {
  return checkArray(array, name, arrayTypeOf(operand.buffer.dtype, 'f32'), evaluate(product(shape), sizes))
}

/** Converts an array to floats. RNN514 for whole numbers that they do not hold; `name` says whose. */
export function floatsOf(name: string, array: Buffer): Float32Array {
  const inexact = array instanceof Int32Array ? array.find(x => Math.abs(x) > mostExact) : undefined
  if (inexact !== undefined)
    fail('RNN514', { reason: `its whole numbers are exact up to ${mostExact}, and one of ${name} is ${inexact}` })
  return array instanceof Float32Array ? array : Float32Array.from(array)
}

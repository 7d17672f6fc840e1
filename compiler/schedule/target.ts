// What a schedule must know of where its code will run.
import { bytesOf, type Precision, type Scalar } from '../code/types.ts'
import type { DType } from '../ir/graph.ts'

export interface Target {
  /** The type of a real. */
  readonly real: Precision
  /** Whether several threads may run the program together, each on a frame of its own. */
  readonly threads: boolean
}

/** The types that hold a real, an int and a bool in the lanes of a vector: for a bool a mask. */
export interface Lanes {
  readonly count: number
  readonly real: 'f32x4' | 'f64x2'
  readonly int: 'i32x4'
  readonly bool: 'i32x4' | 'i64x2'
}

export const lanesOf = ({ real }: Target): Lanes =>
  real === 'f32'
    ? { count: 4, real: 'f32x4', int: 'i32x4', bool: 'i32x4' }
    : { count: 2, real: 'f64x2', int: 'i32x4', bool: 'i64x2' }

/** The type of an element, in memory and outside vectors. */
export const scalarOf = ({ real }: Pick<Target, 'real'>, dtype: DType): Scalar => (dtype === 'real' ? real : 'i32')

/** The bytes of an element in memory. */
export const elementBytes = (target: Pick<Target, 'real'>, dtype: DType): number => bytesOf[scalarOf(target, dtype)]

// The values of a kernel's program: numbers where they are the same for all lanes, vectors where they differ along the axis.
import type { Expr } from '../code/code.ts'
import type { DType } from '../ir/graph.ts'

export interface Value {
  readonly dtype: DType
  /** The number of loops that it is computed in. */
  readonly level: number
  readonly number?: Expr
  readonly vector?: Expr
}

/** The number of a value that is the same for all lanes. */
export function numberOf({ number }: Value): Expr {
  if (number === undefined) throw new Error('a value differs from lane to lane')
  return number
}

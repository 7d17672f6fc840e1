// An argument of a unit, matched with the input that takes it.
import type { Declaration, Span } from '../../../dsl/ast.ts'
import type { Axis, Tensor } from '../values/tensor.ts'

export interface Argument {
  readonly name: string
  readonly tensor: Tensor
  readonly span: Span
  readonly declaration: Declaration
  /** Maps each axis name in the declaration to the caller's axis. */
  readonly declared: ReadonlyMap<string, Axis>
}

// An argument of a unit, matched with the input that takes it.
import type { Declaration, Span } from '../../../dsl/ast.ts'
import type { Axis, Tensor } from '../values/tensor.ts'

export interface Argument {
  readonly name: string
  readonly tensor: Tensor
  readonly span: Span
  readonly declaration: Declaration
  /** The caller's axes that the declaration names, by the declaration's name. */
  readonly declared: ReadonlyMap<string, Axis>
}

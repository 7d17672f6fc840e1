// Defines the interface of a built-in function and of a call to it.
import type { Name, Span } from '../../../dsl/ast.ts'
import type { Entity } from './entity.ts'
import type { Scope } from './scope.ts'
import type { Axis, Tensor } from './tensor.ts'

export interface Call {
  readonly scope: Scope
  readonly args: readonly Entity[]
  /** Where each argument is written. */
  readonly spans: readonly Span[]
  /** The name after `over`, and the lookup of that axis in a value. */
  readonly over?: { readonly name: Name; readonly axis: (t: Tensor) => Axis }
  readonly span: Span
  /** Where the function's own name is written. */
  readonly place: Span
}

export interface Builtin {
  readonly name: string
  /** Its parameters, for help: `x, over S`. */
  readonly params: string
  readonly arity: readonly [least: number, most: number]
  /** Parameters that may be given by name, in their places. */
  readonly names: readonly string[]
  readonly takesAxis: boolean
  readonly apply: (call: Call) => Entity
}

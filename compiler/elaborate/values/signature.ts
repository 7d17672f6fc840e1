// The interface of a checked model: its inputs, targets, outputs and parameters, with their types.
import type { Dim } from '../../ir/dim.ts'
import type { DType } from '../../ir/graph.ts'

/** An axis as data sees it: fixed, or one length per example (and per element of the axes before it). */
export interface AxisSignature {
  readonly name: string
  /** A size symbol if the axis is ragged: the longest length in a batch. */
  readonly size: Dim
  readonly ragged: boolean
}

/** The number of labels, 0, 1, …, that an output distinguishes; the values that it is measured by must be among them. */
export interface Bound {
  /** The text of the output. */
  readonly text: string
  readonly labels: Dim
}

export interface Port {
  readonly name: string
  readonly dtype: DType
  /** The item's dims, `[]` for a scalar. */
  readonly item: readonly Dim[]
  /** Outermost first; the batch, which comes before them all, is not among them. */
  readonly axes: readonly AxisSignature[]
  /** For `token of V` and `class of K`. */
  readonly coding?: { readonly kind: 'token' | 'class'; readonly size: Dim }
  /** For values without a coding that a cross-entropy takes as labels. */
  readonly bound?: Bound
}

/** The initial value of a parameter: a number, a draw, or an expression of these, element by element. */
export type Init =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'draw'; readonly initializer: string; readonly args: readonly number[] }
  | { readonly kind: 'negate'; readonly value: Init }
  | { readonly kind: 'binary'; readonly op: '+' | '-' | '*' | '/'; readonly left: Init; readonly right: Init }

export interface Parameter {
  /** Its path: `enc.f.W_i`. */
  readonly name: string
  readonly shape: readonly Dim[]
  readonly init: Init
}

/** `predict target from …`: the output that predicts a target. */
export interface Prediction {
  readonly target: string
  readonly output: string
}

/** The names, types and shapes of everything that goes into a model and comes out of it. */
export interface Signature {
  readonly name: string
  readonly inputs: readonly Port[]
  readonly targets: readonly Port[]
  readonly outputs: readonly Port[]
  readonly parameters: readonly Parameter[]
  readonly predictions: readonly Prediction[]
  /** The losses and metrics by the names that reports use, in the order of the source. */
  readonly metrics: readonly string[]
}

// The types of a model's values: those that `rnnc types` writes for a program, and how they make the types of data and predictions.
import type { CompiledModel } from '../../compiler/index.ts'
import type { Nested } from '../data/arrays.ts'
import type { Answer } from '../decodeAnswers.ts'

/** The types of one example of a model, by the names of its inputs, targets and outputs. `rnnc types m.rnn` writes them. */
export interface ModelTypes {
  readonly inputs: object
  readonly targets: object
  readonly outputs: object
}

/** Types of a model of which no declaration was written: any nested arrays, which are checked as the program runs. */
export interface AnyTypes extends ModelTypes {
  readonly inputs: Readonly<Record<string, Nested>>
  readonly targets: Readonly<Record<string, Nested>>
  readonly outputs: Readonly<Record<string, Answer>>
}

declare const types: unique symbol

/** The text of a program whose model has these types, as a declaration `m.d.rnn.ts` exports it. */
export type Source<M extends ModelTypes = AnyTypes> = string & { readonly [types]?: M }

/** A checked model with the types of its values. */
export type Model<M extends ModelTypes = AnyTypes> = CompiledModel & { readonly [types]?: M }

/** Nested lists as a caller may give them: the innermost numbers also as typed arrays. */
export type Given<T> = T extends readonly (infer E)[]
  ? readonly Given<E>[] | (E extends number ? ArrayLike<number> : never)
  : T

/** A flat typed array of all numbers, row-major: the examples, then the axes, then the item. */
export type Flat = Float32Array | Float64Array | Int32Array | Uint8Array

/** All examples of one input or target: a list, or where every leaf is a number a flat typed array. */
export type Column<T> = Nested extends T ? readonly Nested[] | ArrayLike<number> : readonly Given<T>[] | FlatOf<T>

type FlatOf<T> = T extends readonly (infer E)[] ? FlatOf<E> : T extends number | boolean ? Flat : never

/** Examples column by column: for each input or target all its values. Those of `Also` may be among them. */
export type Columns<T, Also = object> = { readonly [K in keyof T]: Column<T[K]> } & {
  readonly [K in keyof Also]?: Column<Also[K]>
}

/** One example: a value for each input or target. Those of `Also` may be among them. */
export type Row<T, Also = object> = { readonly [K in keyof T]: Given<T[K]> } & {
  readonly [K in keyof Also]?: Given<Also[K]>
}

/** Examples as columns, or as rows one after another. */
export type Examples<T, Also = object> = Columns<T, Also> | Iterable<Row<T, Also>>

/** As `Examples`, or rows that come over time. */
export type ExamplesInTime<T, Also = object> = Examples<T, Also> | AsyncIterable<Row<T, Also>>

/** Types of what a model is trained on. */
export type Trainable<M extends ModelTypes> = M['inputs'] & M['targets']

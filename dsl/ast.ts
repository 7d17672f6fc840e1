// The abstract syntax of a .rnn file: plain data, discriminated by `kind`, every node with its place in the source.

/** A half-open range of characters `[start, end)` of one source file. */
export interface Span {
  readonly file: string
  readonly start: number
  readonly end: number
}

interface Node {
  readonly span: Span
}

/** A name as it is written, without the prime. */
export interface Name extends Node {
  readonly text: string
}

export interface Program extends Node {
  readonly kind: 'program'
  readonly items: readonly TopLevel[]
}

export type TopLevel = Import | Unit | Fn | Train | Data

/** `import "cells.rnn"` or `import LSTM, GRU from "cells.rnn"` (`names` is empty for the first form). */
export interface Import extends Node {
  readonly kind: 'import'
  readonly names: readonly Name[]
  readonly path: string
  readonly pathSpan: Span
}

/** `cell`, `layer` or `model`: a body of statements over hyper-parameters. */
export interface Unit extends Node {
  readonly kind: 'unit'
  readonly unit: 'cell' | 'layer' | 'model'
  readonly name: Name
  readonly params: readonly HyperParam[]
  /** Whether the declaration wrote `(…)`, even an empty one. */
  readonly hasParams: boolean
  readonly body: readonly Statement[]
}

/** `fn name(params) = e` is a body of one `return`; the block form holds equations and a `return`. */
export interface Fn extends Node {
  readonly kind: 'fn'
  readonly name: Name
  readonly params: readonly HyperParam[]
  readonly body: readonly Statement[]
}

export interface Train extends Node {
  readonly kind: 'train'
  readonly model: Name
  readonly data: Name
  readonly settings: readonly Equation[]
}

export interface Data extends Node {
  readonly kind: 'data'
  readonly name: Name
  readonly model: Name
  readonly body: readonly Equation[]
}

export interface HyperParam extends Node {
  readonly name: Name
  readonly default?: Expr
}

export type Statement = Declaration | Part | Output | Loss | Predict | Return | Equation

/** `input a, b: [D] over T = init`: names that share one type (one `group` of the grammar). */
export interface Declaration extends Node {
  readonly kind: 'input' | 'target' | 'param' | 'state'
  readonly names: readonly Name[]
  readonly type: TypeExpr
  readonly init?: Expr
}

/** One `name = recipe` of a `part` statement. */
export interface Part extends Node {
  readonly kind: 'part'
  readonly name: Name
  readonly value: Expr
}

/** One `name [= e]` of an `output` statement. */
export interface Output extends Node {
  readonly kind: 'output'
  readonly name: Name
  readonly value?: Expr
}

export interface Loss extends Node {
  readonly kind: 'loss' | 'metric'
  readonly name?: Name
  readonly value: Expr
}

export interface Predict extends Node {
  readonly kind: 'predict'
  readonly target: Name
  readonly value: Expr
}

export interface Return extends Node {
  readonly kind: 'return'
  readonly value: Expr
}

/** `name = e` or `name' = e`, with a type if one is written. */
export interface Equation extends Node {
  readonly kind: 'equation'
  readonly name: Name
  readonly primed: boolean
  readonly type?: TypeExpr
  readonly value: Expr
}

/** `item over T over S[5]`. */
export interface TypeExpr extends Node {
  readonly item: ItemExpr
  readonly axes: readonly AxisExpr[]
}

export type ItemExpr =
  | (Node & { readonly kind: 'tensor'; readonly dims: readonly Expr[] })
  /** `token of V`, `class of 10`. */
  | (Node & { readonly kind: 'coded'; readonly coding: 'token' | 'class'; readonly size: Expr })
  /** `real`, `int`, `bool`, or an item variable such as `P`. */
  | (Node & { readonly kind: 'named'; readonly name: Name })

export interface AxisExpr extends Node {
  readonly name: Name
  /** `[28]`: a fixed length. */
  readonly length?: Expr
}

export type BinaryOperator =
  | 'or'
  | 'and'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '@'
  | '^'

export type Expr =
  | (Node & { readonly kind: 'number'; readonly value: number; readonly isInt: boolean })
  | (Node & { readonly kind: 'string'; readonly value: string })
  | (Node & { readonly kind: 'bool'; readonly value: boolean })
  | (Node & { readonly kind: 'name'; readonly name: string })
  /** `h'`; `name` is without the prime. */
  | (Node & { readonly kind: 'primed'; readonly name: string })
  /** `[a, b]` joins end to end. */
  | (Node & { readonly kind: 'list'; readonly items: readonly Expr[] })
  | (Node & { readonly kind: 'unary'; readonly op: '-' | 'not'; readonly value: Expr })
  | (Node & { readonly kind: 'binary'; readonly op: BinaryOperator; readonly left: Expr; readonly right: Expr })
  /** `value |> callee`. */
  | (Node & { readonly kind: 'pipe'; readonly value: Expr; readonly callee: Expr })
  | (Node & { readonly kind: 'call'; readonly callee: Expr; readonly args: readonly Arg[] })
  | (Node & { readonly kind: 'member'; readonly value: Expr; readonly name: Name })
  | (Node & { readonly kind: 'index'; readonly value: Expr; readonly slices: readonly Slice[] })

export type Arg =
  | (Node & { readonly kind: 'positional'; readonly value: Expr })
  | (Node & { readonly kind: 'named'; readonly name: Name; readonly value: Expr })
  | (Node & { readonly kind: 'over'; readonly axis: Name })

/** `i`, or `a:b` with either end left out. */
export type Slice =
  | (Node & { readonly kind: 'at'; readonly index: Expr })
  | (Node & { readonly kind: 'range'; readonly start?: Expr; readonly stop?: Expr })

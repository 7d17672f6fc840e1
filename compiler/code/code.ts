// The loop language: what a schedule writes and a printer turns into WebAssembly (or any language with loops, arrays and numbers).
// backend/js does not use it: it writes JavaScript from the plan, as floats that round after each operation took products from 4.6 to 2.4 GFLOP/s.
// Its memory is one array of bytes. Every expression has a type, and nothing converts by itself.
import type { Operation } from './operations.ts'
import type { Type } from './types.ts'

/** A variable of a function. Variables are told apart by identity: two may have one name. */
export interface Local {
  readonly name: string
  readonly type: Type
}

/** A number in every lane, a number for each lane, or the bits of every lane of an i64x2. */
export type Literal = number | readonly number[] | bigint

/** How a load or a store takes less than its type: one number into all lanes, or the first two of four lanes. */
export type Part = 'splat' | 'pair'

/** A load or a store, at `address + offset` bytes. */
export interface Access {
  readonly address: Expr
  readonly offset: number
}

export type Expr =
  | { readonly kind: 'constant'; readonly type: Type; readonly value: Literal }
  | { readonly kind: 'local'; readonly type: Type; readonly local: Local }
  /** An operation of `operations.ts`; `lanes` are those of `lane`, `withLane` and `shuffle`. */
  | {
      readonly kind: 'apply'
      readonly type: Type
      readonly op: Operation
      readonly args: readonly Expr[]
      readonly lanes?: readonly number[]
    }
  | (Access & { readonly kind: 'load'; readonly type: Type; readonly part?: Part })
  | { readonly kind: 'call'; readonly type: Type; readonly callee: string; readonly args: readonly Expr[] }

export type Statement =
  /** Gives a new variable its value. */
  | { readonly kind: 'let'; readonly local: Local; readonly value: Expr }
  | { readonly kind: 'set'; readonly local: Local; readonly value: Expr }
  | (Access & { readonly kind: 'store'; readonly value: Expr; readonly part?: 'pair' })
  /** Runs its body for index = from, from + step, … while it is below `to`, which is evaluated once. */
  | {
      readonly kind: 'for'
      readonly index: Local
      readonly from: Expr
      readonly to: Expr
      readonly step: number
      readonly body: readonly Statement[]
    }
  | {
      readonly kind: 'if'
      readonly test: Expr
      readonly yes: readonly Statement[]
      readonly no: readonly Statement[]
    }
  | { readonly kind: 'call'; readonly callee: string; readonly args: readonly Expr[] }
  /**
   * Waits until all threads that run the program have come to a barrier: what any of them stored before, all of them load afterwards.
   * `record` is the address of what they share for that; `sleeps` says whether this thread may sleep while it waits.
   */
  | { readonly kind: 'barrier'; readonly record: Expr; readonly sleeps: Expr }

export interface Func {
  readonly name: string
  readonly comment: string
  readonly params: readonly Local[]
  readonly body: readonly Statement[]
  /** What it gives, after its body. */
  readonly result?: Expr
}

/** Functions that call each other, none of them itself. */
export interface Program {
  readonly functions: readonly Func[]
}

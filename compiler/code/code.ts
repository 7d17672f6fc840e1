// The loop language: what a schedule writes and a printer turns into WebAssembly (or any language with loops, arrays and numbers).
// Its memory is one array of bytes. Every expression has a type, and nothing converts by itself.

/** Numbers; i32 is a whole number, an address in bytes, or a truth (1 or 0). */
export type Scalar = 'i32' | 'f32' | 'f64'

/** 128 bits as so many lanes. A comparison of vectors gives a mask of the whole numbers of that width: all bits of a lane, or none. */
export type Vector = 'f32x4' | 'f64x2' | 'i32x4' | 'i64x2'

export type Type = Scalar | Vector

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

/**
 * What an expression computes. Those whose names do not say it:
 * - `madd` is a · b + c, rounded once or twice as the target does.
 * - `below` compares without sign; `shr` fills with zeros.
 * - `pmin` is the second operand where it is less than the first, else the first; `pmax` where it is greater.
 * - `select` and `choose` take what is where true, what is where false, and the truth: a test, or a mask of lanes.
 * - `toF64` of four floats takes the first two; `toF32` of two doubles gives two zeros behind them.
 * - `bits` reads reals as whole numbers of the same bits, `real` whole numbers as reals.
 * - `widen` takes the first two of four whole numbers to 64 bits; `narrow` takes two back, with two zeros behind them.
 */
export type Operation =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'madd'
  | 'neg'
  | 'abs'
  | 'sqrt'
  | 'floor'
  | 'nearest'
  | 'min'
  | 'max'
  | 'pmin'
  | 'pmax'
  | 'lt'
  | 'le'
  | 'eq'
  | 'ne'
  | 'below'
  | 'and'
  | 'or'
  | 'xor'
  | 'andnot'
  | 'shl'
  | 'shr'
  | 'select'
  | 'choose'
  | 'splat'
  | 'lane'
  | 'withLane'
  | 'shuffle'
  | 'any'
  | 'toF32'
  | 'toF64'
  | 'toI32'
  | 'bits'
  | 'real'
  | 'widen'
  | 'narrow'

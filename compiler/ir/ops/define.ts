// What an op is: all its rules in one definition. The table in index.ts lists the definitions.
import type { Algebra } from '../algebra.ts'
import type { NdArray } from '../array.ts'
import type { Builder } from '../builder.ts'
import type { Dim } from '../dim.ts'
import type { Attr, Attrs, Block, Eqn, Type, Value } from '../graph.ts'
import type { Lowering } from '../lowering.ts'
import { type AttrKind, type AttrsOf, type OpName, type ResolvedOf, type Schema, schemas } from './schemas.ts'

export interface Evaluation<S extends Schema> {
  readonly ins: readonly NdArray[]
  readonly attrs: ResolvedOf<S>
  /** The shapes of the results. */
  readonly shapes: readonly (readonly number[])[]
  /** Runs the body, for `scan`: one step. */
  readonly run: (args: readonly NdArray[], step: number) => readonly NdArray[]
}

export interface Transposition<S extends Schema> {
  /** Where the rule emits the backward equations; it may use any forward value. */
  readonly builder: Builder
  readonly eqn: Eqn
  readonly ins: readonly Value[]
  readonly outs: readonly Value[]
  readonly attrs: AttrsOf<S>
  /** The cotangent of each result; undefined is zero. */
  readonly cotangents: readonly (Value | undefined)[]
  /** Whether anyone asks for the cotangent of operand i. */
  readonly wanted: (i: number) => boolean
  /** Replaces the forward equation by one that has further results, which `scan` saves for its backward loop. */
  readonly replace: (by: Eqn) => void
}

export interface Expansion<S extends Schema> {
  readonly builder: Builder
  readonly ins: readonly Value[]
  readonly attrs: AttrsOf<S>
}

export interface LoweringOf<S extends Schema> {
  readonly plan: Lowering
  readonly eqn: Eqn
  readonly ins: readonly Value[]
  readonly outs: readonly Value[]
  readonly attrs: AttrsOf<S>
}

export interface Definition<S extends Schema> {
  readonly name: OpName
  /** Shapes and types of the results; throws a plain Error (the verifier's) if the operands do not fit. */
  readonly infer: (ins: readonly Type[], attrs: AttrsOf<S>, body: Block | undefined) => readonly Type[]
  /** The reference semantics, in float64: slow and obvious. */
  readonly evaluate: (e: Evaluation<S>) => readonly NdArray[]
  /** The cotangents of the operands. Absent where no gradient flows. */
  readonly vjp?: (t: Transposition<S>) => readonly (Value | undefined)[]
  /** The kernels that compute it. */
  readonly lower: (l: LoweringOf<S>) => void
  /** Floating-point operations, the trip count of a scan left out. */
  readonly flops: (ins: readonly Type[], outs: readonly Type[]) => Dim
  /** For a pointwise op: its formula, for the planner to fuse and the backends to print. */
  readonly formula?: <S>(a: Algebra<S>, args: readonly S[]) => S
  /**
   * How the result follows its real operands, where it is linear in them: in all of them together (a sum, a move), or in each of
   * them while the other stays (a product). Forward mode, complex steps and rounding errors follow from it.
   */
  readonly linear?: 'together' | 'each'
  /** The attributes that make the zeros of operand i strong: a term that has one is 0, whatever its other factor is. */
  readonly strong?: (i: number) => Attrs
  /** The same by ops that are linear or have a formula: what forward mode differentiates in place of an op that is neither. */
  readonly expand?: (e: Expansion<S>) => Value
  /** Which branch each element takes, as an int, a bool or a whole number: where it changes, the op has a kink or a jump. */
  readonly branch?: (e: Expansion<S>) => Value
  /** Whether each element lies where the op has no slope although it is analytic beside it, as a bool. */
  readonly edge?: (e: Expansion<S>) => Value
  /** Its result is finite where its operands are, as it makes no number that is larger than all of theirs. */
  readonly keepsFinite: boolean
  /** Where the elements of its result are those of some of its operands, in other places. */
  readonly moves?: Moves
  /** Whether its operands may change places: `but for ties`, where the first of equals gets the gradient. */
  readonly commutes?: true | 'but for ties'
  /** Moves or repeats elements and computes nothing: the backward pass recomputes it rather than save it. */
  readonly cheap: boolean
  /** The leading-dimension rule: how the op is done for all steps of a loop at once. Absent where it cannot be. */
  readonly leading?: Leading<S>
}

export interface Moves {
  /** How many operands, the first ones, its elements are of. */
  readonly operands: number
  /** Which of them is a matter of data. */
  readonly chosen?: true
}

/** An op over the operands of all steps at once, stacked along a new leading dimension. */
export interface Leading<S extends Schema> {
  /** The operands that may differ from step to step: all, or those at these places. The others are the same at every step. */
  readonly operands: 'all' | readonly number[]
  /** Its attributes where the result has the new dimension too: the results of the steps, stacked. */
  readonly rows?: (attrs: AttrsOf<S>, steps: Dim) => AttrsOf<S>
  /** Its attributes where it adds up the results of the steps; `ins` are the operands of one step. */
  readonly leadsum?: (attrs: AttrsOf<S>, ins: readonly Type[]) => AttrsOf<S>
}

/** `rows` or `leadsum` of an op whose axes are counted from the end: the attributes stay. */
export const unchanged = <T>(attrs: T): T => attrs

/** A definition with its schema forgotten, so that a table can hold them all. */
export interface Op
  extends Omit<Definition<Schema>, 'infer' | 'evaluate' | 'vjp' | 'lower' | 'expand' | 'branch' | 'edge' | 'leading'> {
  readonly attrs: Schema
  readonly infer: (ins: readonly Type[], attrs: Attrs, body: Block | undefined) => readonly Type[]
  readonly evaluate: (
    e: Omit<Evaluation<Schema>, 'attrs'> & { attrs: Readonly<Record<string, unknown>> },
  ) => readonly NdArray[]
  readonly vjp?: (t: Omit<Transposition<Schema>, 'attrs' | 'ins' | 'outs'>) => readonly (Value | undefined)[]
  readonly lower: (plan: Lowering, eqn: Eqn) => void
  readonly expand?: (builder: Builder, ins: readonly Value[], attrs: Attrs) => Value
  readonly branch?: (builder: Builder, ins: readonly Value[], attrs: Attrs) => Value
  readonly edge?: (builder: Builder, ins: readonly Value[], attrs: Attrs) => Value
  readonly leading?: {
    readonly operands: 'all' | readonly number[]
    readonly rows?: (attrs: Attrs, steps: Dim) => Attrs
    readonly leadsum?: (attrs: Attrs, ins: readonly Type[]) => Attrs
  }
}

/** What a definition says at the least. */
type Defined<S extends Schema> = Omit<Definition<S>, 'cheap' | 'keepsFinite' | 'flops'> & Partial<Definition<S>>

/** Checks attributes against the schema at run time, so that the typed rules can trust them. */
export const defineOp = <N extends OpName>(given: { readonly name: N } & Defined<(typeof schemas)[N]>): Op =>
  withSchema(schemas[given.name], given)

function withSchema<S extends Schema>(attrs: S, given: Defined<S>): Op {
  const d = { ...given, attrs }
  const { infer, evaluate, vjp, lower, strong, expand, branch, edge, leading } = d
  const { rows, leadsum } = leading ?? {}
  return {
    name: d.name,
    attrs: d.attrs,
    formula: d.formula,
    cheap: d.cheap ?? false,
    keepsFinite: d.keepsFinite ?? d.cheap ?? false,
    linear: d.linear,
    ...(d.moves && { moves: d.moves }),
    ...(d.commutes && { commutes: d.commutes }),
    strong,
    flops: d.flops ?? (() => ({ terms: [] })),
    infer: (ins, attrs, body) => infer(ins, typed(d, attrs), body),
    evaluate: e => evaluate({ ...e, attrs: resolved(d, e.attrs) }),
    vjp: vjp && (t => vjp({ ...t, ins: t.eqn.ins, outs: t.eqn.outs, attrs: typed(d, t.eqn.attrs) })),
    lower: (plan, eqn) => lower({ plan, eqn, ins: eqn.ins, outs: eqn.outs, attrs: typed(d, eqn.attrs) }),
    expand: expand && ((builder, ins, attrs) => expand({ builder, ins, attrs: typed(d, attrs) })),
    branch: branch && ((builder, ins, attrs) => branch({ builder, ins, attrs: typed(d, attrs) })),
    edge: edge && ((builder, ins, attrs) => edge({ builder, ins, attrs: typed(d, attrs) })),
    leading: leading && {
      operands: leading.operands,
      rows: rows && ((attrs, steps) => withoutFlags(d, rows(typed(d, attrs), steps))),
      leadsum: leadsum && ((attrs, ins) => withoutFlags(d, leadsum(typed(d, attrs), ins))),
    },
  }
}

type Named<S extends Schema> = { readonly name: string; readonly attrs: S }

function typed<S extends Schema>(d: Named<S>, attrs: Attrs): AttrsOf<S> {
  const all = withFlags(d, attrs)
  checkKinds(d, all, isDim)
  return all as AttrsOf<S> // each attribute was just checked against the schema that this type is made from
}

function resolved<S extends Schema>(d: Named<S>, attrs: Readonly<Record<string, unknown>>): ResolvedOf<S> {
  const all = withFlags(d, attrs)
  checkKinds(d, all, v => typeof v === 'number')
  return all as ResolvedOf<S> // as above
}

function withFlags<T>(d: Named<Schema>, attrs: Readonly<Record<string, T>>): Readonly<Record<string, T | boolean>> {
  const absent = Object.keys(d.attrs).filter(name => d.attrs[name] === 'flag' && !Object.hasOwn(attrs, name))
  return absent.length === 0 ? attrs : { ...attrs, ...Object.fromEntries(absent.map(name => [name, false])) }
}

/** The attributes as they are written: without the flags that are not set. */
const withoutFlags = (d: Named<Schema>, attrs: Attrs): Attrs =>
  Object.fromEntries(Object.entries(attrs).filter(([name, value]) => d.attrs[name] !== 'flag' || value === true))

function checkKinds(
  d: Named<Schema>,
  attrs: Readonly<Record<string, unknown>>,
  dimension: (v: unknown) => boolean,
): void {
  const fits = {
    number: v => typeof v === 'number',
    boolean: v => typeof v === 'boolean',
    flag: v => typeof v === 'boolean',
    string: v => typeof v === 'string',
    dim: dimension,
    numbers: v => Array.isArray(v) && v.every(x => typeof x === 'number'),
    dims: v => Array.isArray(v) && v.every(dimension),
  } satisfies Record<AttrKind, (v: unknown) => boolean>
  for (const [name, kind] of Object.entries(d.attrs)) {
    if (!fits[kind](attrs[name])) throw new Error(`${d.name}: attribute ${name} should be a ${kind}`)
  }
}

export const isDim = (v: unknown): v is Dim => typeof v === 'object' && v !== null && 'terms' in v

/** Is it one `Attr` that is a list of Dims? An empty list is both kinds; it prints the same. */
export const isDims = (v: Attr): v is readonly Dim[] => Array.isArray(v) && v.every(isDim)

/** A position counted from the end (-1 is the last), as one counted from the front. */
export function fromEnd(axis: number, rank: number): number {
  const position = rank + axis
  if (axis >= 0 || position < 0) throw new Error(`axis ${axis} is not in a value of rank ${rank}`)
  return position
}

export function require(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message)
}

// Defines ops: all rules of an op are in one definition. The table in index.ts lists the definitions.
import type { Algebra } from '../algebra.ts'
import type { NdArray } from '../array.ts'
import type { Builder } from '../builder.ts'
import type { Dim } from '../dim.ts'
import type { Attrs, Block, Eqn, Type, Value } from '../graph.ts'
import type { Lowering } from '../lowering.ts'
import { isDim } from './attributes.ts'
import { type AttrKind, type AttrsOf, type OpName, type ResolvedOf, type Schema, schemas } from './schemas.ts'

export interface Evaluation<S extends Schema> {
  readonly ins: readonly NdArray[]
  readonly attrs: ResolvedOf<S>
  /** The shapes of the results. */
  readonly shapes: readonly (readonly number[])[]
  /** Runs one step of a `scan`: its body. */
  readonly run: (args: readonly NdArray[], step: number) => readonly NdArray[]
}

export interface Transposition<S extends Schema> {
  /** Emits the backward equations, which may use any forward value. */
  readonly builder: Builder
  readonly eqn: Eqn
  readonly ins: readonly Value[]
  readonly outs: readonly Value[]
  readonly attrs: AttrsOf<S>
  /** The cotangent of each result; undefined means zero. */
  readonly cotangents: readonly (Value | undefined)[]
  /** Whether the cotangent of operand i is needed. */
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
  /** Adds the kernels that compute the op. */
  readonly lower: (l: LoweringOf<S>) => void
  /** Counts floating-point operations; those of a scan's body are not counted here. */
  readonly flops: (ins: readonly Type[], outs: readonly Type[]) => Dim
  /** For a pointwise op: its formula, for the planner to fuse and the backends to print. */
  readonly formula?: <S>(a: Algebra<S>, args: readonly S[]) => S
  /**
   * Linearity in the real operands: in all of them together (a sum, a move), or in each while the other is fixed (a product).
   * Forward mode, complex steps and bounds on rounding follow from it.
   */
  readonly linear?: 'together' | 'each'
  /** The attributes that make the zeros of operand i strong: a term with such a zero is 0 even if its other factor is infinite or NaN. */
  readonly strong?: (i: number) => Attrs
  /** Rewrites an op that is neither linear nor a formula with ops that are, for forward mode to differentiate. */
  readonly expand?: (e: Expansion<S>) => Value
  /** Emits the branch that each element takes, as an int, a bool or a whole number: where it changes, the op has a kink or a jump. */
  readonly branch?: (e: Expansion<S>) => Value
  /** Emits a bool for each element: whether the op has no slope there although it is analytic nearby. */
  readonly edge?: (e: Expansion<S>) => Value
  /** Whether finite operands give a finite result, whatever their size. */
  readonly keepsFinite: boolean
  /** For an op that moves elements: the result's elements are those of some operands, in other places. */
  readonly moves?: Moves<S>
  /** Whether operands may be swapped; with `but for ties` the gradient differs, as the first of equals gets it. */
  readonly commutes?: true | 'but for ties'
  /** Whether the op computes nothing, but moves or repeats elements: the backward pass recomputes it rather than saving it. */
  readonly cheap: boolean
  /** The leading-dimension rule: runs the op for all steps of a loop at once. Absent where that is impossible. */
  readonly leading?: Leading<S>
}

export interface Moves<S extends Schema> {
  /** How many operands, counted from the first, the elements come from. */
  readonly operands: number
  /** Set if data choose which elements are read. */
  readonly chosen?: true
  /** The axis of the result along which the rows along `axis` of the operands lie; undefined where they do not stay whole. */
  readonly axisAfter: (axis: number, e: Moved<S>) => number | undefined
}

export interface Moved<S extends Schema> {
  readonly ins: readonly Type[]
  readonly outs: readonly Type[]
  readonly attrs: AttrsOf<S>
}

/** An op over the operands of all steps at once, stacked along a new leading dimension. */
export interface Leading<S extends Schema> {
  /** The operands that may differ from step to step: all, or those at these places. The others are the same at every step. */
  readonly operands: 'all' | readonly number[]
  /** Attributes of the op that stacks the results of the steps along the new dimension. */
  readonly rows?: (attrs: AttrsOf<S>, steps: Dim) => AttrsOf<S>
  /** Attributes of the op that adds up the results of the steps; `ins` are the operands of one step. */
  readonly leadsum?: (attrs: AttrsOf<S>, ins: readonly Type[]) => AttrsOf<S>
  /** Emits the same by other ops where the op itself cannot; `ins` are the operands of all steps. */
  readonly byOthers?: LeadingByOthers<(e: Expansion<S>) => Value>
}

/** Ways to stack, and to add up, the results of the steps by other ops. */
export interface LeadingByOthers<Emit> {
  readonly rows?: Emit
  readonly leadsum?: Emit
}

/** An expansion with its schema forgotten. */
type Emit = (builder: Builder, ins: readonly Value[], attrs: Attrs) => Value

/** `rows` or `leadsum` of an op whose attributes stay, as axes are counted from the end. */
export const unchanged = <T>(attrs: T): T => attrs

/** A definition with its schema forgotten, so that a table can hold them all. */
export interface Op
  extends Omit<
    Definition<Schema>,
    'infer' | 'evaluate' | 'vjp' | 'lower' | 'expand' | 'branch' | 'edge' | 'moves' | 'leading'
  > {
  readonly attrs: Schema
  readonly infer: (ins: readonly Type[], attrs: Attrs, body: Block | undefined) => readonly Type[]
  readonly evaluate: (
    e: Omit<Evaluation<Schema>, 'attrs'> & { attrs: Readonly<Record<string, unknown>> },
  ) => readonly NdArray[]
  readonly vjp?: (t: Omit<Transposition<Schema>, 'attrs' | 'ins' | 'outs'>) => readonly (Value | undefined)[]
  readonly lower: (plan: Lowering, eqn: Eqn) => void
  readonly expand?: Emit
  readonly branch?: Emit
  readonly edge?: Emit
  readonly moves?: Omit<Moves<Schema>, 'axisAfter'> & {
    readonly axisAfter: (axis: number, eqn: Eqn) => number | undefined
  }
  readonly leading?: {
    readonly operands: 'all' | readonly number[]
    readonly rows?: (attrs: Attrs, steps: Dim) => Attrs
    readonly leadsum?: (attrs: Attrs, ins: readonly Type[]) => Attrs
    readonly byOthers: LeadingByOthers<Emit>
  }
}

/** A definition in which rules with a default may be left out. */
type Defined<S extends Schema> = Omit<Definition<S>, 'cheap' | 'keepsFinite' | 'flops'> & Partial<Definition<S>>

/** Checks attributes against the schema at run time, so that the typed rules can trust them. */
export const defineOp = <N extends OpName>(given: { readonly name: N } & Defined<(typeof schemas)[N]>): Op =>
  withSchema(schemas[given.name], given)

function withSchema<S extends Schema>(attrs: S, given: Defined<S>): Op {
  const d = { ...given, attrs }
  const { infer, evaluate, vjp, lower, strong, expand, branch, edge, moves, leading } = d
  const { rows, leadsum, byOthers = {} } = leading ?? {}
  const emitting = (emit: ((e: Expansion<S>) => Value) | undefined): Emit | undefined =>
    emit && ((builder, ins, attrs) => emit({ builder, ins, attrs: typed(d, attrs) }))
  return {
    name: d.name,
    attrs: d.attrs,
    formula: d.formula,
    cheap: d.cheap ?? false,
    keepsFinite: d.keepsFinite ?? d.cheap ?? false,
    linear: d.linear,
    ...(moves && {
      moves: {
        ...moves,
        axisAfter: (axis, { ins, outs, attrs }) => moves.axisAfter(axis, { ins, outs, attrs: typed(d, attrs) }),
      },
    }),
    ...(d.commutes && { commutes: d.commutes }),
    strong,
    flops: d.flops ?? (() => ({ terms: [] })),
    infer: (ins, attrs, body) => infer(ins, typed(d, attrs), body),
    evaluate: e => evaluate({ ...e, attrs: resolved(d, e.attrs) }),
    vjp: vjp && (t => vjp({ ...t, ins: t.eqn.ins, outs: t.eqn.outs, attrs: typed(d, t.eqn.attrs) })),
    lower: (plan, eqn) => lower({ plan, eqn, ins: eqn.ins, outs: eqn.outs, attrs: typed(d, eqn.attrs) }),
    expand: emitting(expand),
    branch: emitting(branch),
    edge: emitting(edge),
    leading: leading && {
      operands: leading.operands,
      rows: rows && ((attrs, steps) => withoutFlags(d, rows(typed(d, attrs), steps))),
      leadsum: leadsum && ((attrs, ins) => withoutFlags(d, leadsum(typed(d, attrs), ins))),
      byOthers: { rows: emitting(byOthers.rows), leadsum: emitting(byOthers.leadsum) },
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

/** The attributes as equations hold them: without flags that are false. */
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

// Builds blocks: infers the type of each new value and brings in values of enclosing blocks.
import type { Span } from '../../dsl/ast.ts'
import { type Algebra, algebraBy } from './algebra.ts'
import { type Dim, sameShape } from './dim.ts'
import type { Attrs, Block, DType, Eqn, Type, Value } from './graph.ts'
import type { Op } from './ops/define.ts'
import type { GivenAttrs, OpName } from './ops/schemas.ts'

export type OpTable = ReadonlyMap<OpName, Op>

/** Shared by all blocks of one graph: the op table, and the numbering of values. */
export interface Context {
  readonly ops: OpTable
  nextId: number
}

export interface Note {
  readonly hint?: string
  readonly span?: Span
  readonly finite?: boolean
  readonly masksPadding?: boolean
}

/** The attributes of an op, which may be left out where it needs none, and a note. */
type MoreOf<N extends OpName> =
  Record<string, never> extends GivenAttrs<N>
    ? [attrs?: GivenAttrs<N>, note?: Note]
    : [attrs: GivenAttrs<N>, note?: Note]

/** A block under construction. */
export interface Builder {
  readonly context: Context
  readonly eqns: Eqn[]
  readonly params: Value[]
  /** Name and source position for new values, unless a call gives its own. */
  note: Note
  param(type: Type, note?: Note): Value
  /** Emits one equation and returns its results. For attributes of an existing equation: their types are checked at run time only. */
  emitAll(op: OpName, ins: readonly Value[], attrs?: Attrs, body?: Block, note?: Note): readonly Value[]
  /** Emits an equation of one result. */
  emit<N extends OpName>(op: N, ins: readonly Value[], ...more: MoreOf<N>): Value
  /** Like `emit`, with attributes copied from another equation. */
  emitLike(op: OpName, ins: readonly Value[], attrs: Attrs, note?: Note): Value
  /** Returns the value if it is this block's, or else the one that `bring` makes of it. */
  use(value: Value): Value
  owns(value: Value): boolean
  /** Replaces the equation at a place by another, whose results become this block's. */
  replace(place: number, by: Eqn): void
  finish(results: readonly Value[]): Block
}

/** A value that belongs to no block yet. */
export function newValue(context: Context, type: Type, note: Note = {}): Value {
  const { hint = '', span, finite, masksPadding } = note
  const flags = { ...(finite && { finite }), ...(masksPadding && { masksPadding }) }
  return { id: context.nextId++, dtype: type.dtype, shape: type.shape, hint, span, ...flags }
}

/** The definition of an op; throws if the table has none of that name. */
export function opOf(context: Context, name: OpName): Op {
  const op = context.ops.get(name)
  if (op === undefined) throw new Error(`no op is called ${name}`)
  return op
}

/** Derives `emit` and `emitLike` from an `emitAll`. */
export const emitting = (emitAll: Builder['emitAll']): Pick<Builder, 'emitAll' | 'emit' | 'emitLike'> => ({
  emitAll,
  emit: (op, ins, ...[attrs, note]) => emitAll(op, ins, attrs ?? {}, undefined, note)[0],
  emitLike: (op, ins, attrs, note) => emitAll(op, ins, attrs, undefined, note)[0],
})

/**
 * Creates a builder, empty or continuing `start`. `bring` makes a value of another block usable here (as a constant
 * of the scan, say); without it such a use is an error.
 */
export function createBuilder(context: Context, bring?: (value: Value) => Value, start?: Block): Builder {
  const own = new Set<number>()
  const brought = new Map<number, Value>()
  const adopt = (value: Value): Value => {
    own.add(value.id)
    return value
  }
  const builder: Builder = {
    context,
    eqns: [],
    params: [],
    note: {},
    param: (type, note = builder.note) => {
      const value = adopt(newValue(context, type, note))
      builder.params.push(value)
      return value
    },
    ...emitting((op, ins, attrs = {}, body, note = builder.note) => {
      const used = ins.map(builder.use)
      const outs = opOf(context, op)
        .infer(used, attrs, body)
        .map(type => adopt(newValue(context, type, note)))
      builder.eqns.push({ op, ins: used, attrs, outs, ...(body && { body }), span: note.span })
      return outs
    }),
    owns: value => own.has(value.id),
    use: value => {
      if (own.has(value.id)) return value
      const known = brought.get(value.id)
      if (known !== undefined) return known
      if (bring === undefined) throw new Error(`value ${value.id} (${value.hint}) is not of this block`)
      const mine = adopt(bring(value))
      brought.set(value.id, mine)
      return mine
    },
    replace: (place, by) => {
      builder.eqns[place] = by
      by.outs.forEach(adopt)
    },
    finish: results => ({ params: builder.params, eqns: builder.eqns, results: results.map(builder.use) }),
  }
  if (start !== undefined) {
    for (const param of start.params) builder.params.push(param)
    for (const eqn of start.eqns) builder.eqns.push(eqn)
    for (const value of [...start.params, ...start.eqns.flatMap(e => e.outs)]) adopt(value)
  }
  return builder
}

/** A value outside a scan's body and the parameter of the body that stands for it. */
export interface Binding {
  readonly outer: Value
  readonly inner: Value
}

/** Creates a builder for a scan's body: values used from outside become constants of the scan, listed in `consts`. */
export function createBodyBuilder(outer: Builder): { body: Builder; consts: Binding[] } {
  const consts: Binding[] = []
  const body = createBuilder(outer.context, value => {
    const inner = newValue(outer.context, value, value)
    consts.push({ outer: outer.use(value), inner })
    return inner
  })
  return { body, consts }
}

export interface ScanBindings {
  readonly length: Dim
  readonly reverse: boolean
  readonly recompute?: boolean
  readonly consts: readonly Binding[]
  readonly carries: readonly Binding[]
  readonly xs: readonly Binding[]
}

/** Emits a scan over a body's equations; `results` are the carries as they leave the step, then the per-step outputs. */
export function emitScan(
  b: Builder,
  scan: ScanBindings,
  eqns: readonly Eqn[],
  results: readonly Value[],
): readonly Value[] {
  const bindings = [...scan.consts, ...scan.carries, ...scan.xs]
  return b.emitAll(
    'scan',
    bindings.map(x => x.outer),
    {
      length: scan.length,
      reverse: scan.reverse,
      consts: scan.consts.length,
      carries: scan.carries.length,
      ...(scan.recompute && { recompute: true }),
    },
    { params: bindings.map(x => x.inner), eqns, results },
  )
}

/** Scalar constant. */
export const scalar = (b: Builder, value: number, dtype: DType = 'real'): Value =>
  b.emit('constant', [], { value, dtype })

/** The value repeated along new dimensions, at the places (counted from the end of the result) that `at` lists. */
export function broadcast(b: Builder, value: Value, at: readonly number[], sizes: readonly Dim[]): Value {
  return at.length === 0 ? b.use(value) : b.emit('broadcast', [value], { at, sizes })
}

/** A scalar repeated to a shape. */
export function fill(b: Builder, value: Value, shape: readonly Dim[]): Value {
  return broadcast(
    b,
    value,
    shape.map((_, i) => i - shape.length),
    shape,
  )
}

/** A constant of a type's shape. */
export const constantLike = (b: Builder, value: number, type: Type): Value =>
  fill(b, scalar(b, value, type.dtype), type.shape)

export const zerosLike = (b: Builder, type: Type): Value => constantLike(b, 0, type)

/** Reshapes, unless the value has the shape already. */
export const reshape = (b: Builder, value: Value, shape: readonly Dim[]): Value =>
  sameShape(value.shape, shape) ? b.use(value) : b.emit('reshape', [value], { shape })

/** The algebra over graph values of one shape: a formula becomes equations. */
export const graphAlgebra = (b: Builder, like: Type): Algebra<Value> =>
  algebraBy(
    {
      constant: v => constantLike(b, v, { dtype: 'real', shape: like.shape }),
      integer: v => constantLike(b, v, { dtype: 'int', shape: like.shape }),
    },
    name =>
      (...args) =>
        b.emit(name, args),
  )

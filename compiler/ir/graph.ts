// The graph IR: typed values, single assignment, and equations over them. `scan` is the only op with a body.
import type { Span } from '../../dsl/ast.ts'
import { type Dim, sameShape } from './dim.ts'
import type { OpName } from './ops/schemas.ts'

export type DType = 'real' | 'int' | 'bool'

export interface Type {
  readonly dtype: DType
  readonly shape: readonly Dim[]
}

export const sameType = (a: Type, b: Type): boolean => a.dtype === b.dtype && sameShape(a.shape, b.shape)

export interface Value extends Type {
  /** Unique in its graph. */
  readonly id: number
  /** The name in the source that the value comes from, for printing; empty until an equation names it. */
  hint: string
  readonly span?: Span
  /** Whether all its elements are known to be finite, as those of a weight are: training ends where they are not. */
  readonly finite?: boolean
  /** Whether it tells which steps of an axis are within its lengths: no result depends on what is computed where it is false. */
  readonly masksPadding?: boolean
}

export interface NamedValue {
  readonly name: string
  readonly value: Value
}

export type Attr = number | boolean | string | Dim | readonly number[] | readonly Dim[]
export type Attrs = Readonly<Record<string, Attr>>

export interface Eqn {
  readonly op: OpName
  readonly ins: readonly Value[]
  readonly attrs: Attrs
  readonly outs: readonly Value[]
  /** For `scan` alone. */
  readonly body?: Block
  readonly span?: Span
}

export interface Block {
  readonly params: readonly Value[]
  readonly eqns: readonly Eqn[]
  readonly results: readonly Value[]
}

/** A block whose parameters and results have names: `h0.W`, `loss`. */
export interface Graph extends Block {
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Whether an output that has the name of an input takes its place as the graph runs: a step of training copies no weights. */
  readonly inPlace?: true
  /** Inputs that hold the same from run to run as long as the same arrays are given: a backend may lay them out once, and not in each run. */
  readonly fixed?: readonly string[]
}

/** The parts of a scan's operands: `ins = [consts, carries, xs]`, `outs = [carries, ys]`, and the same in its body. */
export interface ScanParts<T> {
  readonly consts: readonly T[]
  readonly carries: readonly T[]
  readonly xs: readonly T[]
}

/** Splits a scan's `ins`, or its body's params. */
export function scanOperands(eqn: Eqn, values: readonly Value[] = eqn.ins): ScanParts<Value> {
  const { consts, carries } = scanCounts(eqn)
  return {
    consts: values.slice(0, consts),
    carries: values.slice(consts, consts + carries),
    xs: values.slice(consts + carries),
  }
}

/** Splits a scan's `outs`, or its body's results. */
export function scanResults(
  eqn: Eqn,
  values: readonly Value[] = eqn.outs,
): { carries: readonly Value[]; ys: readonly Value[] } {
  const { carries } = scanCounts(eqn)
  return { carries: values.slice(0, carries), ys: values.slice(carries) }
}

export function scanCounts(eqn: Eqn): { consts: number; carries: number } {
  const { consts, carries } = eqn.attrs
  if (typeof consts !== 'number' || typeof carries !== 'number') throw new Error(`${eqn.op} is not a scan`)
  return { consts, carries }
}

/** Gives the number of steps of a scan. */
export function scanLength({ op, attrs: { length } }: Eqn): Dim {
  if (typeof length !== 'object' || !('terms' in length)) throw new Error(`${op} is not a scan`)
  return length
}

/** Tells whether the gradient of a scan runs its steps again from the saved carries (rematerialization), as for windows of `checkpoint`. */
export const isRecomputed = ({ attrs }: Eqn): boolean => attrs.recompute === true

/** Tells whether an equation has neither operands nor a body, as a constant. */
export const isSource = (eqn: Eqn): boolean => eqn.ins.length === 0 && eqn.body === undefined

/** The equation that makes a value, by the value's id. */
export type Makers = ReadonlyMap<number, Eqn>

export const makersOf = (eqns: readonly Eqn[]): Makers =>
  new Map(eqns.flatMap(e => e.outs.map(out => [out.id, e] as const)))

/** Counts how often each value of a block is read by its equations and its results, by id. */
export function useCounts({ eqns, results }: Block): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  for (const { id } of [...eqns.flatMap(e => e.ins), ...results]) counts.set(id, (counts.get(id) ?? 0) + 1)
  return counts
}

/** Every equation of a block and of the bodies inside it, outermost first. */
export function* allEqns(block: Block): Generator<Eqn> {
  for (const eqn of block.eqns) {
    yield eqn
    if (eqn.body !== undefined) yield* allEqns(eqn.body)
  }
}

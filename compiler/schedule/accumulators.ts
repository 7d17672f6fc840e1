// Accumulators: the results of reductions in the making. Sums of floats are added up in doubles.
import { add, apply, read, set } from '../code/build.ts'
import type { Expr, Local, Statement } from '../code/code.ts'
import type { DType } from '../ir/graph.ts'
import type { Monoid } from '../plan/plan.ts'
import { scalarOp } from './scalarOps.ts'
import { lanesOf, scalarOf } from './target.ts'
import type { Writer } from './writer.ts'

/** What one result is accumulated in. */
export interface Accumulator {
  readonly local: Local
  /** Combines it with a term. */
  readonly add: (term: Expr) => Statement
  /** The result in the type of its buffer. */
  readonly value: Expr
}

/** Two results of one type combined. */
export function combined({ op }: Monoid, a: Expr, b: Expr): Expr {
  const both = scalarOp(op, [a, b], 'f64')
  if (both === undefined) throw new Error(`${op} combines nothing`)
  return both
}

export function accumulatorOf(combine: Monoid, dtype: DType, writer: Writer): Accumulator {
  const own = scalarOf(writer.shared.target, dtype)
  const wide = combine.op === 'add' && own === 'f32'
  const local = writer.fresh('result', wide ? 'f64' : own)
  const term = (x: Expr): Expr => (wide ? apply('toF64', [x]) : x)
  return {
    local,
    add: x => set(local, combined(combine, read(local), term(x))),
    value: wide ? apply('toF32', [read(local)]) : read(local),
  }
}

/** What a result for each lane of a vector is accumulated in. */
export interface VectorAccumulator {
  readonly locals: readonly Local[]
  readonly add: (term: Expr) => Statement[]
  readonly value: Expr
}

export function vectorAccumulator({ op }: Monoid, writer: Writer): VectorAccumulator {
  const { real } = lanesOf(writer.shared.target)
  if (op !== 'add' || real === 'f64x2') {
    const local = writer.fresh('lanes', real)
    return { locals: [local], add: x => [set(local, apply(op, [read(local), x]))], value: read(local) }
  }
  const [low, high] = ['low', 'high'].map(name => writer.fresh(name, 'f64x2'))
  return {
    locals: [low, high],
    add: x => [
      set(low, add(read(low), apply('toF64', [x]))),
      set(high, add(read(high), apply('toF64', [apply('shuffle', [x, x], [2, 3, 2, 3])]))),
    ],
    value: apply('shuffle', [apply('toF32', [read(low)]), apply('toF32', [read(high)])], [0, 1, 4, 5]),
  }
}

// The planner's interface to the ops' lowering rules. The definition of an op holds its own rule, so that all about it is in one place:
// ops know the kernels of plans, and the IR imports what describes these from compiler/plan/.
import type { GemmKernel, MapKernel, Operand, ReduceKernel } from '../plan/plan.ts'
import type { Dim } from './dim.ts'
import type { DType, Eqn, Value } from './graph.ts'
import type { PlainOp } from './ops/schemas.ts'

/** A kernel as a rule describes it: the planner adds the kind, and the equation's name and source position. */
export type Unlabelled<K> = Omit<K, 'kind' | 'hint' | 'span'>

export interface Lowering {
  /** Where a value lies: one stride for each dimension of its shape. */
  operand(value: Value): Operand
  /** Like `operand`, copied first if its elements do not lie dense and row-major. */
  packed(value: Value): Operand
  /** The (dense) place to write a result of the equation to. */
  output(value: Value): Operand
  /** Declares a result that needs no kernel: another view of an operand's elements. */
  alias(value: Value, operand: Operand): void
  /** A dense buffer for this equation's own use. */
  temporary(dtype: DType, shape: readonly Dim[]): Operand
  map(kernel: Unlabelled<MapKernel>): void
  reduce(kernel: Unlabelled<ReduceKernel>): void
  gemm(kernel: Unlabelled<GemmKernel>): void
  /** Adds a pointwise equation; the planner fuses neighbours into one kernel. */
  pointwise(eqn: Eqn, op: PlainOp): void
  /** Adds two alternative ways to the same results, the first taken where `less` < `than`; ask for operands before the call. */
  choice(less: Dim, than: Dim, ways: readonly [() => void, () => void]): void
  /** Adds the loop of a scan. */
  scan(eqn: Eqn): void
}

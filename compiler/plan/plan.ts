// The plan, which a backend turns into code: buffers, and steps over them (kernels, loops and choices).
// Sizes are Dims: of the graph's size symbols, and inside a loop of its index as well.
import type { Span } from '../../dsl/ast.ts'
import type { Dim } from '../ir/dim.ts'
import type { DType } from '../ir/graph.ts'
import type { PlainOp } from '../ir/ops/schemas.ts'

export interface Buffer {
  readonly id: number
  readonly dtype: DType
  /** The number of elements. */
  readonly size: Dim
  readonly hint: string
}

/** A view of a buffer: one step along dimension d is `strides[d]` elements. A broadcast has stride 0, a slice an offset. */
export interface Operand {
  readonly buffer: Buffer
  readonly offset: Dim
  readonly strides: readonly Dim[]
}

/** The number of an earlier instruction in the same program. */
export type Ref = number

/** An address computed from data: the element lies `at * stride` further on, and counts only if 0 <= at < size. */
export interface Indirect {
  readonly at: Ref
  readonly stride: Dim
  readonly size: Dim
}

/** One scalar instruction, executed for each point of a kernel's domain. Its result has one type, and types do not convert implicitly. */
export type Instruction =
  /** Reads one element, of the buffer's type; an indirect read outside its range gives 0. */
  | { readonly kind: 'read'; readonly dtype: DType; readonly from: Operand; readonly indirect?: Indirect }
  /** The position along dimension `dim` of the domain. */
  | { readonly kind: 'position'; readonly dtype: 'int'; readonly dim: number }
  | { readonly kind: 'constant'; readonly dtype: DType; readonly value: number }
  | { readonly kind: 'size'; readonly dtype: 'int'; readonly dim: Dim }
  /** Applies a pointwise op of the op table; only `real` converts types. */
  | { readonly kind: 'apply'; readonly dtype: DType; readonly op: PlainOp; readonly args: readonly Ref[] }

export type Read = Instruction & { readonly kind: 'read' }

/** Writes one element; an indirect write outside its range is left out. */
export interface Write {
  readonly value: Ref
  readonly to: Operand
  readonly indirect?: Indirect
  /** Adds to the element instead of replacing it, for scatters. */
  readonly accumulate?: boolean
}

interface KernelBase {
  /** Names of the values that it computes, from the source. */
  readonly hint: string
  readonly span?: Span
}

/** For every point of `domain`: run the program, then write. */
export interface Pointwise {
  readonly domain: readonly Dim[]
  readonly program: readonly Instruction[]
  readonly writes: readonly Write[]
}

/** A kernel for pointwise chains, copies, gathers and scatters. */
export interface MapKernel extends KernelBase, Pointwise {
  readonly kind: 'map'
}

/** Combines values, from `start` on, by an operation of the scalar algebra on the result so far and the next value. */
export interface Monoid {
  readonly op: 'add' | 'mul' | 'max' | 'min'
  readonly start: number
}

/** For every point of `domain`: combine `value` over the dimensions `over`, whose strides follow the domain's in each read. */
export interface Reduction {
  readonly domain: readonly Dim[]
  readonly over: readonly Dim[]
  readonly program: readonly Instruction[]
  readonly value: Ref
  /** `argmax` gives the position along the only dimension of `over`, the first of equals, 0 if there is none. */
  readonly combine: Monoid | 'argmax'
  readonly to: Operand
}

export interface ReduceKernel extends KernelBase, Reduction {
  readonly kind: 'reduce'
}

/** c[batch, m, n] = Σ_k a[batch, m, k] b[batch, k, n]; each operand's strides are in that order. */
export interface GemmKernel extends KernelBase {
  readonly kind: 'gemm'
  readonly batch: readonly Dim[]
  readonly m: Dim
  readonly n: Dim
  readonly k: Dim
  readonly a: Operand
  readonly b: Operand
  readonly c: Operand
  /** Strong zeros of `a`, or of `b`: a factor of 0 makes its term 0 even if the other factor is infinite or NaN. */
  readonly strongLeft: boolean
  readonly strongRight: boolean
  /**
   * The epilogue: runs at each point once its sum is complete, and reads the sum in `c`. It overwrites no element of `a` or `b`, and none
   * that it reads at another point, so that a backend may run it on a block of sums in registers before the next block.
   */
  readonly tail?: Pointwise
}

export type Kernel = MapKernel | ReduceKernel | GemmKernel

/** Runs its steps for index = 0 … length - 1, or in reverse. */
export interface Loop {
  readonly kind: 'loop'
  /** The size symbol that stands for the index in the offsets inside. */
  readonly index: string
  readonly length: Dim
  readonly reverse: boolean
  readonly steps: readonly Step[]
  readonly hint: string
}

/** One of two ways to the same results, chosen when the sizes are known. */
export interface Choice {
  readonly kind: 'choice'
  /** The first way is taken where `less` < `than`. */
  readonly less: Dim
  readonly than: Dim
  readonly ways: readonly [readonly Step[], readonly Step[]]
  readonly hint: string
}

export type Step = Kernel | Loop | Choice

export interface Port {
  readonly name: string
  /** Row-major and dense, in the graph's shape. Inputs in one buffer are stored end to end, in the order of their offsets. */
  readonly operand: Operand
  readonly shape: readonly Dim[]
}

/** A graph with places in memory for its values, and the order in which they are computed. */
export interface Plan {
  readonly name: string
  /** Whether an output with the name of an input overwrites it, as in the graph. */
  readonly inPlace?: true
  /** Names of inputs that stay the same from run to run, as in the graph. */
  readonly fixed?: readonly string[]
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  readonly buffers: readonly Buffer[]
  readonly steps: readonly Step[]
}

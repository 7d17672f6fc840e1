// The plan: what a backend turns into code. Buffers, and steps over them that are kernels or loops.
// Sizes are Dims: of the graph's size symbols, and inside a loop of its index as well.
import type { Span } from '../../dsl/ast.ts'
import type { Dim } from '../ir/dim.ts'
import type { DType } from '../ir/graph.ts'
import type { PlainOp } from '../ir/ops/schemas.ts'

export interface Buffer {
  readonly id: number
  readonly dtype: DType
  /** How many elements. */
  readonly size: Dim
  readonly hint: string
}

/** Elements of a buffer: one step of dimension d is `strides[d]` elements. A broadcast has stride 0, a slice an offset. */
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

/** One scalar instruction, executed for each point of a kernel's domain. It gives a value of one type, and takes no other type for it. */
export type Instruction =
  /** Reads one element, of the buffer's type; an indirect read outside its range gives 0. */
  | { readonly kind: 'read'; readonly dtype: DType; readonly from: Operand; readonly indirect?: Indirect }
  /** The position along dimension `dim` of the domain. */
  | { readonly kind: 'position'; readonly dtype: 'int'; readonly dim: number }
  | { readonly kind: 'constant'; readonly dtype: DType; readonly value: number }
  | { readonly kind: 'size'; readonly dtype: 'int'; readonly dim: Dim }
  /** A pointwise op of the op table; `real` is the one that converts. */
  | { readonly kind: 'apply'; readonly dtype: DType; readonly op: PlainOp; readonly args: readonly Ref[] }

export type Read = Instruction & { readonly kind: 'read' }

/** Writes one element; an indirect write outside its range is left out. */
export interface Write {
  readonly value: Ref
  readonly to: Operand
  readonly indirect?: Indirect
  /** Add to what is there, for scatters. */
  readonly accumulate?: boolean
}

interface KernelBase {
  /** What it computes, in the names of the source. */
  readonly hint: string
  readonly span?: Span
}

/** For every point of `domain`: run the program, then write. */
export interface Pointwise {
  readonly domain: readonly Dim[]
  readonly program: readonly Instruction[]
  readonly writes: readonly Write[]
}

/** Covers pointwise chains, copies, gathers and scatters. */
export interface MapKernel extends KernelBase, Pointwise {
  readonly kind: 'map'
}

/** How a reduction goes on from `start`: by an operation of the scalar algebra on what there is so far and on the next value. */
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
  /** A term whose factor of `a`, or of `b`, is 0 is 0, whatever the other factor is. */
  readonly strongLeft: boolean
  readonly strongRight: boolean
  /**
   * What is done at each of its points, when the sum of that point is there, which it reads where that lies, in `c`. It writes over no element of
   * `a` or `b`, and over none that it reads at another point: a backend may run it on the sums of one block, in registers, before it
   * begins the next.
   */
  readonly tail?: Pointwise
}

export type Kernel = MapKernel | ReduceKernel | GemmKernel

/** Runs its steps for index = 0 … length - 1, or in the other direction. */
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

export interface Plan {
  readonly name: string
  /** Whether an output that has the name of an input takes its place, as in the graph. */
  readonly inPlace?: true
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  readonly buffers: readonly Buffer[]
  readonly steps: readonly Step[]
}

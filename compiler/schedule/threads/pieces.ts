// A thread's piece of a kernel: the same kernel over less of one dimension. A kernel with no dimension to share out is whole in each piece.
import { add, type Dim, multiply } from '../../ir/dim.ts'
import type { Packing } from '../../plan/packings.ts'
import type { GemmKernel, Instruction, Operand, Pointwise, ReduceKernel } from '../../plan/plan.ts'
import { countOf, firstOf, type Share } from './shares.ts'

/** The dimension that is shared out. */
export interface Partition {
  readonly share: Share
  /** Its number; of a product among batch, m, n. None for a kernel that one thread runs, whose share is of a dimension of 1. */
  readonly dim?: number
}

/** Moves an operand to where a piece along one of its dimensions begins. */
function moved(operand: Operand, dim: number | undefined, share: Share): Operand {
  if (dim === undefined) return operand
  return { ...operand, offset: add(operand.offset, multiply(firstOf(share), operand.strides[dim])) }
}

const shortened = (dims: readonly Dim[], { share, dim }: Partition): Dim[] =>
  dims.map((d, i) => (i === dim ? countOf(share) : d))

export function pieceOfMap<K extends Pointwise>(kernel: K, partition: Partition): K {
  const { program, refs } = pieceOfProgram(kernel.program, partition)
  return {
    ...kernel,
    domain: shortened(kernel.domain, partition),
    program,
    writes: kernel.writes.map(w => ({
      ...w,
      value: refs[w.value],
      to: moved(w.to, partition.dim, partition.share),
      ...(w.indirect && { indirect: { ...w.indirect, at: refs[w.indirect.at] } }),
    })),
  }
}

export function pieceOfReduction(kernel: ReduceKernel, partition: Partition): ReduceKernel {
  const { program, refs } = pieceOfProgram(kernel.program, partition)
  return {
    ...kernel,
    domain: shortened(kernel.domain, partition),
    program,
    value: refs[kernel.value],
    to: moved(kernel.to, partition.dim, partition.share),
  }
}

/** The instructions of a piece, and for each old one the number of the new. */
function pieceOfProgram(program: readonly Instruction[], { share, dim }: Partition) {
  const made: Instruction[] = []
  const refs: number[] = []
  const push = (i: Instruction): number => made.push(i) - 1
  const piece = (i: Instruction): number => {
    switch (i.kind) {
      case 'read': {
        const indirect = i.indirect && { indirect: { ...i.indirect, at: refs[i.indirect.at] } }
        return push({ ...i, from: moved(i.from, dim, share), ...indirect })
      }
      case 'apply':
        return push({ ...i, args: i.args.map(a => refs[a]) })
      case 'position': {
        const at = push(i)
        if (i.dim !== dim) return at
        const first = push({ kind: 'size', dtype: 'int', dim: firstOf(share) })
        return push({ kind: 'apply', dtype: 'int', op: 'add', args: [at, first] })
      }
      default:
        return push(i)
    }
  }
  for (const i of program) refs.push(piece(i))
  return { program: made, refs }
}

/** The dimension of each operand of a product that is the kernel's dimension `dim` of batch, m, n; undefined where it has none. */
export function operandDims(
  batch: number,
  dim: number | undefined,
): Readonly<Record<'a' | 'b' | 'c', number | undefined>> {
  if (dim === undefined || dim < batch) return { a: dim, b: dim, c: dim }
  return dim === batch ? { a: dim, b: undefined, c: dim } : { a: undefined, b: dim, c: dim }
}

/** Leaves the tail out. */
export function pieceOfProduct({ tail: _, ...kernel }: GemmKernel, partition: Partition): GemmKernel {
  const rank = kernel.batch.length
  const dims = operandDims(rank, partition.dim)
  const sizes = shortened([...kernel.batch, kernel.m, kernel.n], partition)
  return {
    ...kernel,
    batch: sizes.slice(0, rank),
    m: sizes[rank],
    n: sizes[rank + 1],
    a: moved(kernel.a, dims.a, partition.share),
    b: moved(kernel.b, dims.b, partition.share),
    c: moved(kernel.c, dims.c, partition.share),
  }
}

/** Where a piece of a product finds its packed right operand. */
export function pieceOfPacked({ kernel: { batch, k }, to }: Packing, { share, dim }: Partition): Operand {
  if (dim === undefined || dim === batch.length) return to
  if (dim < batch.length) return moved(to, dim, share)
  // The panels of columns lie one after the other, each as long as its columns times k.
  return { ...to, offset: add(to.offset, multiply(firstOf(share), k)) }
}

/** The columns of a right operand that a thread packs, and where they go. */
export function pieceOfPacking(packing: Packing, partition: Partition): Packing {
  const { share, dim } = partition
  if (dim === undefined) return packing
  const { batch, b, n } = packing.kernel
  const columns = { share, dim: batch.length + 1 }
  const [short] = shortened([n], { share, dim: 0 })
  const kernel = { ...packing.kernel, n: short, b: moved(b, columns.dim, share) }
  return { kernel, to: pieceOfPacked(packing, columns) }
}

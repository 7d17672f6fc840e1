// What a kernel touches when threads share it out, and whether two kernels can go on side by side.
import {
  add,
  asNumber,
  constant,
  type Dim,
  format,
  isNeverNegative,
  multiply,
  subtract,
  withoutMultiples,
} from '../../ir/dim.ts'
import type { Packing } from '../../plan/packings.ts'
import type { Buffer, GemmKernel, Indirect, Instruction, Operand, Pointwise, ReduceKernel } from '../../plan/plan.ts'
import { operandDims, type Partition } from './pieces.ts'
import type { Share } from './shares.ts'

export interface Access {
  readonly buffer: Buffer
  readonly stores: boolean
  /**
   * A way to divide the buffer among the threads, each of which touches only its own part of it; undefined where a thread may touch all.
   */
  readonly division: string | undefined
}

/** Whether a thread could be in the way of another between these. */
export const conflicts = (a: Access, b: Access): boolean =>
  a.buffer === b.buffer && (a.stores || b.stores) && (a.division === undefined || a.division !== b.division)

/** An operand within loops over some dims, of which one may be shared out. */
interface Within {
  readonly dims: readonly Dim[]
  readonly partition: Partition
  /** The operand's dimension that is shared out. */
  readonly at: number | undefined
}

/** Names how an operand divides memory among the threads; `one` for a kernel that a single thread runs. Undefined where pieces may meet. */
function divisionOf(
  operand: Operand,
  { dims, partition, at }: Within,
  indirect: Indirect | undefined,
): string | undefined {
  if (partition.dim === undefined) return 'one'
  if (at === undefined) return undefined
  const { share } = partition
  const stride = operand.strides[at]
  if (asNumber(stride) === 0) return undefined
  // Memory in periods, each of which holds the dimension once, in stripes of a stride: every element lies in one stripe, its thread's.
  const period = multiply(stride, share.of)
  const others = operand.strides.flatMap((s, i) => (i === at ? [] : [{ stride: s, size: dims[i] }]))
  const all = indirect === undefined ? others : [...others, indirect]
  const offset = withoutMultiples(operand.offset, period)
  const last = all
    .filter(o => withoutMultiples(o.stride, period).terms.length > 0)
    .map(o => multiply(subtract(o.size, constant(1)), o.stride))
    .reduce(add, add(offset, constant(1)))
  const inside = isNeverNegative(offset) && isNeverNegative(subtract(stride, last))
  return inside ? divisionName(share, stride) : undefined
}

const divisionName = ({ first }: Share, stride: Dim): string => `${first} by ${format(stride)}`

export function accessesOfMap({ domain, program, writes }: Pointwise, partition: Partition): readonly Access[] {
  const within: Within = { dims: domain, partition, at: partition.dim }
  return [
    ...readsOf(program, within),
    ...writes.map(({ to, indirect }) => ({
      buffer: to.buffer,
      stores: true,
      division: divisionOf(to, within, indirect),
    })),
  ]
}

export function accessesOfReduction(
  { domain, over, program, to }: ReduceKernel,
  partition: Partition,
): readonly Access[] {
  const at = partition.dim
  return [
    ...readsOf(program, { dims: [...domain, ...over], partition, at }),
    { buffer: to.buffer, stores: true, division: divisionOf(to, { dims: domain, partition, at }, undefined) },
  ]
}

const readsOf = (program: readonly Instruction[], within: Within): Access[] =>
  program.flatMap(i =>
    i.kind === 'read'
      ? [{ buffer: i.from.buffer, stores: false, division: divisionOf(i.from, within, i.indirect) }]
      : [],
  )

/** Without its tail; `packed` is where its right operand is packed. */
export function accessesOfProduct(
  kernel: GemmKernel,
  partition: Partition,
  packed: Buffer | undefined,
): readonly Access[] {
  const { batch, m, n, k, a, b, c } = kernel
  const at = operandDims(batch.length, partition.dim)
  const access = (operand: Operand, own: number | undefined, dims: readonly Dim[], stores = false): Access => ({
    buffer: operand.buffer,
    stores,
    division: divisionOf(operand, { dims: [...batch, ...dims], partition, at: own }, undefined),
  })
  return [
    access(a, at.a, [m, k]),
    access(b, at.b, [k, n]),
    access(c, at.c, [m, n], true),
    ...(packed === undefined ? [] : [{ buffer: packed, stores: false, division: undefined }]),
  ]
}

/** The packing of a right operand, by columns. */
export function accessesOfPacking(
  { kernel: { b, n, k, batch }, to }: Packing,
  partition: Partition,
): readonly Access[] {
  const at = partition.dim === undefined ? undefined : b.strides.length - 1
  const division = divisionOf(b, { dims: [...batch, k, n], partition, at }, undefined)
  // Nothing reads what is packed by the same division: products read all of it.
  return [
    { buffer: b.buffer, stores: false, division },
    { buffer: to.buffer, stores: true, division: undefined },
  ]
}

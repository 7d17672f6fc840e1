// Turns a plan at given sizes into kernel calls that each give one new array, for devices where arrays are never changed.
import { constant, type Dim, evaluate, product, rowMajor, type Sizes } from '../../ir/dim.ts'
import { createProgram, pruned } from '../../plan/instructions.ts'
import type { Buffer, Instruction, Operand, Port, Write } from '../../plan/plan.ts'
import { collapseMap } from '../../schedule/collapse.ts'
import { pointsOf } from './axisLoops.ts'
import { type Call, type Contents, call, lay, type Result, whole, write } from './bufferContents.ts'
import { runsOf } from './dispatches.ts'
import { specials } from './kernelAlgebra.ts'
import { type ValueSource, valueSource } from './kernelSource.ts'
import type { Each, Task, TaskStep } from './tasks.ts'

export interface Calls {
  readonly calls: readonly Call[]
  /** Where each output of the plan ends up, in the order of the plan; undefined where it has no elements. */
  readonly results: readonly (Result | undefined)[]
}

/** One write of a task, as a kernel that returns the written values. */
interface Written {
  readonly source: ValueSource
  readonly to: Operand
  /** Where the same values lie already, densely, if the task only copies. */
  readonly copied?: Operand
}

/** Turns a plan's steps into calls. A kernel takes at most `mostArrays` arrays, unless its task reads more buffers. */
export function callsOf(
  steps: readonly TaskStep[],
  { inputs, outputs }: { readonly inputs: Iterable<Buffer>; readonly outputs: readonly Port[] },
  sizes: Sizes,
  mostArrays: number,
): Calls {
  const contents: Contents = { sizes, calls: [], segments: new Map() }
  const known = new Map<Task, readonly Written[]>()
  for (const buffer of inputs) {
    const length = evaluate(buffer.size, sizes)
    if (length > 0) lay(contents, buffer, { start: 0, length, value: { kind: 'input', buffer, length }, place: 0 })
  }
  for (const { task, at } of runsOf(steps, sizes)) {
    const list = known.get(task) ?? writtenBy(task, sizes, mostArrays)
    known.set(task, list)
    // Computes all writes before any is stored: each sees the buffers as they were before the task.
    const results = list.map(written => computed(contents, written, at))
    for (const [i, { source, to }] of list.entries()) write(contents, to, at, source.domain, results[i])
  }
  const results = outputs.map(({ operand, shape }) => {
    const start = evaluate(operand.offset, sizes)
    const length = evaluate(product(shape), sizes)
    return length === 0 ? undefined : whole(contents, operand.buffer, start, start + length)
  })
  return { calls: contents.calls, results }
}

/** Computes the values of a write, packed in the order of its points. */
function computed(contents: Contents, { source, copied }: Written, at: Sizes): Result {
  if (copied !== undefined) {
    const start = evaluate(copied.offset, at)
    return whole(contents, copied.buffer, start, start + pointsOf(source.domain))
  }
  const places = source.reads.map(r => evaluate(r.offset, at))
  const arrays = Array.from({ length: source.arrays }, (_, array) => {
    const read = source.reads.flatMap((r, i) => (r.array === array ? [{ ...r, at: places[i] }] : []))
    const start = read.reduce((least, r) => Math.min(least, r.at + r.reach[0]), Number.POSITIVE_INFINITY)
    const end = read.reduce((most, r) => Math.max(most, r.at + r.reach[1]), Number.NEGATIVE_INFINITY) + 1
    return { start, ...whole(contents, read[0].buffer, start, end) }
  })
  const offsets = source.reads.map((r, i) => places[i] + arrays[r.array].place - arrays[r.array].start)
  const numbers = source.numbers.map(n => evaluate(n, at))
  const value = call(contents, source.text, pointsOf(source.domain), [
    ...arrays.map(a => a.value),
    ...offsets,
    ...numbers,
    ...source.specials.map(name => specials[name]),
  ])
  return { value, place: 0 }
}

/** Gives the kernels of a task's writes; none where it has nothing to do. */
function writtenBy(task: Task, sizes: Sizes, mostArrays: number): Written[] {
  const single = task.kind === 'fold' ? [{ task, to: task.to }] : task.writes.map(w => separate(task, w))
  return single.flatMap(({ task, to }) => {
    const source = valueSource(task, sizes, mostArrays)
    return source === undefined ? [] : [{ source, to, copied: copiedBy(task, to, sizes) }]
  })
}

/** The operand that a task copies, where both source and target are dense; undefined otherwise. */
function copiedBy(task: Task, to: Operand, sizes: Sizes): Operand | undefined {
  if (task.kind === 'fold') return undefined
  const [{ value }] = task.writes
  const read = task.program[value]
  const isPacked = ({ strides }: Operand): boolean =>
    rowMajor(task.domain).every(
      (stride, d) => evaluate(task.domain[d], sizes) === 1 || evaluate(stride, sizes) === evaluate(strides[d], sizes),
    )
  if (read.kind !== 'read' || read.indirect !== undefined || !isPacked(read.from) || !isPacked(to)) return undefined
  return read.from
}

/** Reduces a task to one of its writes. One to a computed index becomes one to every possible index, which keeps the old value elsewhere. */
function separate({ domain, program, hint }: Each, write: Write): { task: Each; to: Operand } {
  const { indirect, to, value } = write
  if (indirect === undefined) return single(hint, domain, program, [write])
  const place: Operand = { ...to, strides: [indirect.stride, ...to.strides] }
  const moved = program.map((i): Instruction => {
    if (i.kind === 'position') return { ...i, dim: i.dim + 1 }
    return i.kind === 'read' ? { ...i, from: { ...i.from, strides: [constant(0), ...i.from.strides] } } : i
  })
  const { instructions, algebra: a, position, read } = createProgram(moved)
  const chosen = a.where(a.eq(position(0), indirect.at), value, read(place))
  return single(hint, [indirect.size, ...domain], instructions, [{ value: chosen, to: place }])
}

function single(
  hint: string,
  domain: readonly Dim[],
  program: readonly Instruction[],
  writes: readonly Write[],
): { task: Each; to: Operand } {
  const task: Each = { kind: 'each', hint, ...collapseMap({ domain, ...pruned(program, writes) }) }
  return { task, to: task.writes[0].to }
}

// Turns a plan at given sizes into kernel calls that each give one new array, for devices where arrays are never changed.
import { constant, type Dim, evaluate, product, rowMajor, type Sizes, symbolsOf } from '../../ir/dim.ts'
import { createProgram, pruned } from '../../plan/instructions.ts'
import type { Buffer, Instruction, Operand, Port, Write } from '../../plan/plan.ts'
import { collapseMap } from '../collapse.ts'
import { pointsOf } from './axisLoops.ts'
import { runsOf } from './dispatches.ts'
import { specials } from './kernelAlgebra.ts'
import { joining, mostJoined, overlaying, type Spread, spreading } from './moves.ts'
import { overlaid, type Piece, pieces, type Segment, type Value } from './segments.ts'
import { type ValueSource, valueSource } from './source.ts'
import type { Each, Task, TaskStep } from './tasks.ts'

/** A call of a kernel; each thread gives one element of the result. */
export interface Call {
  readonly text: string
  readonly threads: number
  readonly args: readonly (Value | number)[]
}

export interface Calls {
  readonly calls: readonly Call[]
  /** Where each output of the plan ends up, in the order of the plan; undefined where it has no elements. */
  readonly results: readonly (Result | undefined)[]
}

/** The elements of a value from `place` on. */
export interface Result {
  readonly value: Value
  readonly place: number
}

/** One write of a task, as a kernel that returns the written values. */
interface Written {
  readonly source: ValueSource
  readonly to: Operand
  /** Where the same values lie already, densely, if the task only copies. */
  readonly copied?: Operand
}

/**
 * Stores the outputs of a loop in blocks of 32 steps, and copies a block at each of its steps: one array a step would hold a slot of the
 * pipeline each, and WebGL2 compiles a kernel for each slot.
 */
const blockLength = 32

/** Turns a plan's steps into calls. A kernel takes at most `mostArrays` arrays, unless its task reads more buffers. */
export function callsOf(
  steps: readonly TaskStep[],
  { inputs, outputs }: { readonly inputs: Iterable<Buffer>; readonly outputs: readonly Port[] },
  sizes: Sizes,
  mostArrays: number,
): Calls {
  const calls: Call[] = []
  const contents = new Map<Buffer, readonly Segment[]>()
  const known = new Map<Task, readonly Written[]>()

  const call = (text: string, threads: number, args: readonly (Value | number)[]): Value => ({
    kind: 'call',
    call: calls.push({ text, threads, args }) - 1,
    length: threads,
  })
  const lay = (buffer: Buffer, segment: Segment): void => {
    contents.set(buffer, overlaid(contents.get(buffer) ?? [], segment))
  }

  /** Joins a buffer's contents from `start` to `end` into one value. */
  function whole(buffer: Buffer, start: number, end: number): Result {
    const list = pieces(contents.get(buffer) ?? [], start, end)
    const [first, ...more] = list
    if (more.length === 0 && first.value !== undefined) return first
    const value = join(list)
    lay(buffer, { start, length: end - start, value, place: 0 })
    return { value, place: 0 }
  }

  function join(list: readonly Piece[]): Value {
    if (list.length > mostJoined) {
      const groups = Array.from({ length: Math.ceil(list.length / mostJoined) }, (_, i) =>
        list.slice(i * mostJoined, (i + 1) * mostJoined),
      )
      return join(
        groups.map(group => ({ start: group[0].start, length: lengthOf(group), value: join(group), place: 0 })),
      )
    }
    const start = list[0].start
    const args = list.flatMap((piece, i) => [
      ...(piece.value === undefined ? [] : [piece.value, piece.place]),
      ...(i < list.length - 1 ? [piece.start + piece.length - start] : []),
    ])
    return call(joining(list.map(p => p.value !== undefined)), lengthOf(list), args)
  }

  /** Computes a write, and returns the function that puts the result into its buffer. */
  function run({ source, to, copied }: Written, at: Sizes): () => void {
    if (copied !== undefined) {
      const start = evaluate(copied.offset, at)
      const { value, place } = whole(copied.buffer, start, start + pointsOf(source.domain))
      return () => write(to, at, source.domain, value, place)
    }
    const places = source.reads.map(r => evaluate(r.offset, at))
    const arrays = Array.from({ length: source.arrays }, (_, array) => {
      const read = source.reads.flatMap((r, i) => (r.array === array ? [{ ...r, at: places[i] }] : []))
      const start = read.reduce((least, r) => Math.min(least, r.at + r.reach[0]), Number.POSITIVE_INFINITY)
      const end = read.reduce((most, r) => Math.max(most, r.at + r.reach[1]), Number.NEGATIVE_INFINITY) + 1
      return { start, ...whole(read[0].buffer, start, end) }
    })
    const offsets = source.reads.map((r, i) => places[i] + arrays[r.array].place - arrays[r.array].start)
    const numbers = source.numbers.map(n => evaluate(n, at))
    const packed = call(source.text, pointsOf(source.domain), [
      ...arrays.map(a => a.value),
      ...offsets,
      ...numbers,
      ...source.specials.map(name => specials[name]),
    ])
    return () => write(to, at, source.domain, packed, 0)
  }

  /** Puts a packed result, which starts at a place of a value, into its buffer. */
  function write(
    { buffer, offset, strides }: Operand,
    at: Sizes,
    domain: readonly number[],
    packed: Value,
    place: number,
  ): void {
    const spread = domain.map((size, d) => ({
      size,
      packed: pointsOf(domain.slice(d + 1)),
      stride: evaluate(strides[d], at),
    }))
    const far = spread.map(({ size, stride }) => (size - 1) * stride)
    const start = evaluate(offset, at) + far.reduce((n, f) => n + Math.min(f, 0), 0)
    const length = far.reduce((n, f) => n + Math.abs(f), 1)
    const segment: Segment = spread.every(s => s.size === 1 || s.stride === s.packed)
      ? { start, length, value: packed, place }
      : { start, length, value: scattered(buffer, start, length, spread, packed), place: 0 }
    const moves = symbolsOf(offset).some(name => !Object.hasOwn(sizes, name))
    lay(buffer, moves ? inBlock(buffer, segment) : segment)
  }

  /** Merges a segment into its block, and gives the new block, which replaces the old one. */
  function inBlock(buffer: Buffer, segment: Segment): Segment {
    const most = segment.length * blockLength
    const start = Math.floor(segment.start / most) * most
    const length = Math.min(most, evaluate(buffer.size, sizes) - start)
    const at = segment.start - start
    if (length === segment.length || at + segment.length > length) return segment
    const isNew = pieces(contents.get(buffer) ?? [], start, start + length).every(p => p.value === undefined)
    const text = overlaying(segment.length, !isNew)
    const old = isNew ? undefined : whole(buffer, start, start + length)
    const args = [
      ...(old === undefined ? [segment.value] : [old.value, segment.value, old.place]),
      ...[segment.place, at],
    ]
    return { start, length, value: call(text, length, args), place: 0 }
  }

  /** Gives a buffer's contents from `start` on, overwritten with a packed result at strided places. */
  function scattered(buffer: Buffer, start: number, length: number, spread: readonly Spread[], packed: Value): Value {
    const before = pieces(contents.get(buffer) ?? [], start, start + length)
    if (before.every(p => p.value === undefined)) return call(spreading(spread, false), length, [packed])
    const old = whole(buffer, start, start + length)
    return call(spreading(spread, true), length, [old.value, packed, old.place])
  }

  for (const buffer of inputs) {
    const length = evaluate(buffer.size, sizes)
    if (length > 0) lay(buffer, { start: 0, length, value: { kind: 'input', buffer, length }, place: 0 })
  }
  for (const { task, at } of runsOf(steps, sizes)) {
    const list = known.get(task) ?? writtenBy(task, sizes, mostArrays)
    known.set(task, list)
    // Computes all writes before any is stored: each sees the buffers as they were before the task.
    for (const finish of list.map(written => run(written, at))) finish()
  }
  const results = outputs.map(({ operand, shape }) => {
    const start = evaluate(operand.offset, sizes)
    const length = evaluate(product(shape), sizes)
    return length === 0 ? undefined : whole(operand.buffer, start, start + length)
  })
  return { calls, results }
}

const lengthOf = (list: readonly { readonly length: number }[]): number => list.reduce((n, p) => n + p.length, 0)

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

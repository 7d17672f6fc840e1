// Follows what the buffers of a plan hold while its steps become calls: the values written last, joined and laid over each other by calls.
import { evaluate, type Sizes, symbolsOf } from '../../ir/dim.ts'
import type { Buffer, Operand } from '../../plan/plan.ts'
import { pointsOf } from './axisLoops.ts'
import { joining, mostJoined, overlaying, type Spread, spreading } from './moves.ts'
import { overlaid, type Piece, pieces, type Segment, type Value } from './segments.ts'

/** A call of a kernel; each thread gives one element of the result. */
export interface Call {
  readonly text: string
  readonly threads: number
  readonly args: readonly (Value | number)[]
}

/** The elements of a value from `place` on. */
export interface Result {
  readonly value: Value
  readonly place: number
}

/** The calls so far, and the contents that they give the buffers. */
export interface Contents {
  readonly sizes: Sizes
  readonly calls: Call[]
  readonly segments: Map<Buffer, readonly Segment[]>
}

/**
 * Stores the outputs of a loop in blocks of 32 steps, and copies a block at each of its steps: one array a step would hold a slot of the
 * pipeline each, and WebGL2 compiles a kernel for each slot.
 */
const blockLength = 32

/** Adds a call, and gives its result. */
export const call = ({ calls }: Contents, text: string, threads: number, args: readonly (Value | number)[]): Value => ({
  kind: 'call',
  call: calls.push({ text, threads, args }) - 1,
  length: threads,
})

/** Lays a segment over what a buffer holds. */
export function lay({ segments }: Contents, buffer: Buffer, segment: Segment): void {
  segments.set(buffer, overlaid(segments.get(buffer) ?? [], segment))
}

/** Joins a buffer's contents from `start` to `end` into one value. */
export function whole(contents: Contents, buffer: Buffer, start: number, end: number): Result {
  const list = pieces(contents.segments.get(buffer) ?? [], start, end)
  const [first, ...more] = list
  if (more.length === 0 && first.value !== undefined) return first
  const value = join(contents, list)
  lay(contents, buffer, { start, length: end - start, value, place: 0 })
  return { value, place: 0 }
}

function join(contents: Contents, list: readonly Piece[]): Value {
  if (list.length > mostJoined) {
    const groups = Array.from({ length: Math.ceil(list.length / mostJoined) }, (_, i) =>
      list.slice(i * mostJoined, (i + 1) * mostJoined),
    )
    return join(
      contents,
      groups.map(group => ({
        start: group[0].start,
        length: lengthOf(group),
        value: join(contents, group),
        place: 0,
      })),
    )
  }
  const start = list[0].start
  const args = list.flatMap((piece, i) => [
    ...(piece.value === undefined ? [] : [piece.value, piece.place]),
    ...(i < list.length - 1 ? [piece.start + piece.length - start] : []),
  ])
  return call(contents, joining(list.map(p => p.value !== undefined)), lengthOf(list), args)
}

/** Writes the packed values of all points of a domain to the places of an operand, inside loops at the indices `at`. */
export function write(
  contents: Contents,
  { buffer, offset, strides }: Operand,
  at: Sizes,
  domain: readonly number[],
  { value, place }: Result,
): void {
  const spread = domain.map((size, d) => ({
    size,
    packed: pointsOf(domain.slice(d + 1)),
    stride: evaluate(strides[d], at),
  }))
  const far = spread.map(({ size, stride }) => (size - 1) * stride)
  const start = evaluate(offset, at) + far.reduce((n, f) => n + Math.min(f, 0), 0)
  const length = far.reduce((n, f) => n + Math.abs(f), 1)
  const range = { buffer, start, length }
  const segment: Segment = spread.every(s => s.size === 1 || s.stride === s.packed)
    ? { start, length, value, place }
    : { start, length, value: scattered(contents, range, spread, value), place: 0 }
  const moves = symbolsOf(offset).some(name => !Object.hasOwn(contents.sizes, name))
  lay(contents, buffer, moves ? inBlock(contents, buffer, segment) : segment)
}

/** Merges a segment into its block, and gives the new block, which replaces the old one. */
function inBlock(contents: Contents, buffer: Buffer, segment: Segment): Segment {
  const most = segment.length * blockLength
  const start = Math.floor(segment.start / most) * most
  const length = Math.min(most, evaluate(buffer.size, contents.sizes) - start)
  const at = segment.start - start
  if (length === segment.length || at + segment.length > length) return segment
  const isNew = isEmpty(contents, { buffer, start, length })
  const text = overlaying(segment.length, !isNew)
  const old = isNew ? undefined : whole(contents, buffer, start, start + length)
  const args = [
    ...(old === undefined ? [segment.value] : [old.value, segment.value, old.place]),
    ...[segment.place, at],
  ]
  return { start, length, value: call(contents, text, length, args), place: 0 }
}

interface Range {
  readonly buffer: Buffer
  readonly start: number
  readonly length: number
}

/** Gives the contents of a range, overwritten with a packed result at strided places. */
function scattered(contents: Contents, range: Range, spread: readonly Spread[], packed: Value): Value {
  const { buffer, start, length } = range
  if (isEmpty(contents, range)) return call(contents, spreading(spread, false), length, [packed])
  const old = whole(contents, buffer, start, start + length)
  return call(contents, spreading(spread, true), length, [old.value, packed, old.place])
}

/** Whether nothing was written to a range yet. */
const isEmpty = ({ segments }: Contents, { buffer, start, length }: Range): boolean =>
  pieces(segments.get(buffer) ?? [], start, start + length).every(p => p.value === undefined)

const lengthOf = (list: readonly { readonly length: number }[]): number => list.reduce((n, p) => n + p.length, 0)

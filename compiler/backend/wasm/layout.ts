// What a program's frame holds for given sizes, and where its own buffers lie.
import { type Dim, evaluate, type Sizes, symbolsOf } from '../../ir/dim.ts'
import { buffersOfWays, type Way } from '../../plan/choiceBuffers.ts'
import type { Buffer, Plan } from '../../plan/plan.ts'
import { inputBuffers } from '../../plan/ports.ts'
import { wayTaken } from '../../plan/wayTaken.ts'
import type { Schedule } from '../../schedule/schedule.ts'
import { elementBytes } from '../../schedule/target.ts'
import { sizesOfThread } from '../../schedule/threads/shares.ts'
import type { Precision } from '../backend.ts'
import { aligned } from './allocator.ts'
import type { Frames } from './frames.ts'

export interface Layout {
  /** The bytes of all buffers and rooms of the program's own. */
  readonly bytes: number
  /** The place of each buffer, from the start of them all. */
  readonly offsets: ReadonlyMap<Buffer, number>
  /** Writes the frames of all threads. */
  write(frames: Frames, given: Given): void
}

/** What a frame holds besides sizes. */
export interface Given {
  /** The address of the program's own buffers. */
  readonly start: number
  /** The address of what barriers are made of. */
  readonly record: number
  /** Whether the first thread may sleep while it waits; the others may. */
  readonly sleeps: boolean
}

/** The size symbols that a program must know. */
export function symbolsIn({ slots, buffers, shares }: Schedule, plan: Plan): readonly string[] {
  const indices = slots.flatMap(s => (s.kind === 'index' ? [s.name] : []))
  const own = new Set([...indices, ...shares.flatMap(s => [s.first, s.count])])
  const dims: Dim[] = [
    ...shares.map(s => s.of),
    ...slots.flatMap(s => (s.kind === 'size' ? [s.dim] : [])),
    ...buffers.map(b => b.size),
    ...[...plan.inputs, ...plan.outputs].flatMap(p => p.shape),
  ]
  return [...new Set(dims.flatMap(symbolsOf))].filter(name => !own.has(name))
}

/** Makes a function that lays a program out for given sizes, and so many threads. */
export function layouts(
  plan: Plan,
  { slots, buffers, shares }: Schedule,
  precision: Precision,
): (sizes: Sizes, threads: number) => Layout {
  const given = inputBuffers(plan)
  const own = buffers.filter(b => !given.has(b))
  const ways = buffersOfWays(plan)
  return (sizes, threads) => {
    const taken = (way: Way | undefined): boolean => way === undefined || wayTaken(way, sizes) === (way.first ? 0 : 1)
    const offsets = new Map<Buffer, number>()
    let bytes = 0
    const add = (size: number): number => {
      const at = bytes
      bytes += aligned(size)
      return at
    }
    for (const b of own)
      offsets.set(b, taken(ways.get(b)) ? add(evaluate(b.size, sizes) * elementBytes({ real: precision }, b.dtype)) : 0)
    const each = Array.from({ length: threads }, (_, thread) => {
      const own = sizesOfThread(shares, sizes, thread, threads)
      return slots.map(s => (s.kind === 'size' ? evaluate(s.dim, own) : s.kind === 'room' ? add(s.bytes) : 0))
    })
    const write = (frame: Int32Array, numbers: readonly number[], { start, record, sleeps }: Given): void => {
      slots.forEach((s, i) => {
        if (s.kind === 'size') frame[i] = numbers[i]
        else if (s.kind === 'room') frame[i] = start + numbers[i]
        else if (s.kind === 'buffer' && offsets.has(s.buffer)) frame[i] = start + (offsets.get(s.buffer) ?? 0)
        else if (s.kind === 'unpacked') frame[i] = 1
        else if (s.kind === 'barrier') frame[i] = record
        else if (s.kind === 'sleeps') frame[i] = Number(sleeps)
      })
    }
    return {
      bytes,
      offsets,
      write: (frames, given) => {
        each.forEach((numbers, i) => {
          write(frames.of(i), numbers, { ...given, sleeps: given.sleeps || i > 0 })
        })
      },
    }
  }
}

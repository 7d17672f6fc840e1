// What a program's frame holds for given sizes, and where its own buffers lie.
import { type Dim, evaluate, type Sizes, symbolsOf } from '../../ir/dim.ts'
import { buffersOfWays, type Way } from '../../plan/choiceBuffers.ts'
import type { Buffer, Plan } from '../../plan/plan.ts'
import type { Schedule } from '../../schedule/schedule.ts'
import { elementBytes } from '../../schedule/target.ts'
import type { Precision } from '../backend.ts'
import { aligned } from './places.ts'

export interface Layout {
  /** The bytes of all buffers and rooms of the program's own. */
  readonly bytes: number
  /** The place of each buffer, from the start of them all. */
  readonly offsets: ReadonlyMap<Buffer, number>
  /** Writes the frame, for buffers that start at an address. */
  write(frame: Int32Array, start: number): void
}

/** The size symbols that a program must know. */
export function symbolsIn({ slots, buffers }: Schedule, plan: Plan): readonly string[] {
  const indices = new Set(slots.flatMap(s => (s.kind === 'index' ? [s.name] : [])))
  const dims: Dim[] = [
    ...slots.flatMap(s => (s.kind === 'size' ? [s.dim] : [])),
    ...buffers.map(b => b.size),
    ...[...plan.inputs, ...plan.outputs].flatMap(p => p.shape),
  ]
  return [...new Set(dims.flatMap(symbolsOf))].filter(name => !indices.has(name))
}

/** Makes a function that lays a program out for given sizes. */
export function layouts(plan: Plan, { slots, buffers }: Schedule, precision: Precision): (sizes: Sizes) => Layout {
  const given = new Set(plan.inputs.map(p => p.operand.buffer))
  const own = buffers.filter(b => !given.has(b))
  const ways = buffersOfWays(plan)
  return sizes => {
    const taken = (way: Way | undefined): boolean =>
      way === undefined || evaluate(way.less, sizes) < evaluate(way.than, sizes) === way.first
    const offsets = new Map<Buffer, number>()
    let bytes = 0
    const add = (size: number): number => {
      const at = bytes
      bytes += aligned(size)
      return at
    }
    for (const b of own)
      offsets.set(b, taken(ways.get(b)) ? add(evaluate(b.size, sizes) * elementBytes({ real: precision }, b.dtype)) : 0)
    const rooms = slots.map(s => (s.kind === 'room' ? add(s.bytes) : 0))
    const numbers = slots.map(s => (s.kind === 'size' ? evaluate(s.dim, sizes) : 0))
    return {
      bytes,
      offsets,
      write: (frame, start) => {
        slots.forEach((s, i) => {
          if (s.kind === 'size') frame[i] = numbers[i]
          else if (s.kind === 'room') frame[i] = start + rooms[i]
          else if (s.kind === 'unpacked') frame[i] = 1
          else if (s.kind === 'buffer' && offsets.has(s.buffer)) frame[i] = start + (offsets.get(s.buffer) ?? 0)
        })
      },
    }
  }
}

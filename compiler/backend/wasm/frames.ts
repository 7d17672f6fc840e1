// The frames of a program, one for each thread that runs it, at equal distances in memory.

import { type Allocator, aligned } from './allocator.ts'
import type { Engine } from './engine.ts'

export interface Frames {
  /** The address of the first, and the bytes from one to the next. */
  readonly start: number
  readonly stride: number
  /** The frame of a thread, as it is in memory now. */
  of(thread: number): Int32Array
  /** Writes the same into the frames of all threads; nothing for slot -1, which stands for what no code reads. */
  set(slot: number, value: number): void
}

export function createFrames(engine: Engine, allocator: Allocator, slots: number): Frames {
  const stride = aligned(4 * slots)
  const { start } = allocator.allocate(stride * engine.threads)
  const known: { buffer?: ArrayBufferLike; frames: readonly Int32Array[] } = { frames: [] }
  const frames = (): readonly Int32Array[] => {
    const buffer = engine.buffer()
    if (known.buffer !== buffer) {
      known.buffer = buffer
      known.frames = Array.from({ length: engine.threads }, (_, i) => new Int32Array(buffer, start + i * stride, slots))
    }
    return known.frames
  }
  return {
    start,
    stride,
    of: thread => frames()[thread],
    set: (slot, value) => {
      if (slot >= 0) for (const frame of frames()) frame[slot] = value
    },
  }
}

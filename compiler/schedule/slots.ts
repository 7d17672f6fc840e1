// The frame: whole numbers in memory from which the code reads, at each run, the sizes, the addresses of buffers and the indices of loops.
import { type Dim, format } from '../ir/dim.ts'
import type { Buffer } from '../plan/plan.ts'

export type Slot =
  /** A size, of size symbols alone. */
  | { readonly kind: 'size'; readonly dim: Dim }
  /** The address of a buffer. */
  | { readonly kind: 'buffer'; readonly buffer: Buffer }
  /** The index of a loop, which the code itself writes. */
  | { readonly kind: 'index'; readonly name: string }
  /** The address of room for so many bytes, which holds nothing from one kernel to the next. */
  | { readonly kind: 'room'; readonly name: string; readonly bytes: number }
  /** Where several threads run the program: the address of what they share for barriers, and whether this one may sleep there. */
  | { readonly kind: 'barrier' }
  | { readonly kind: 'sleeps' }
  /** 1 until the code has packed the inputs that stay the same from run to run, 0 from then on; whoever gives it others writes 1. */
  | { readonly kind: 'unpacked' }

/** The slots of a program, each with a number; equal slots are one. */
export interface Slots {
  readonly all: readonly Slot[]
  /** The place of a slot in bytes from the start of the frame. */
  place(slot: Slot): number
}

export function createSlots(): Slots {
  const all: Slot[] = []
  const places = new Map<string, number>()
  return {
    all,
    place: slot => {
      const key = keyOf(slot)
      const found = places.get(key) ?? all.length
      if (found === all.length) all.push(slot)
      places.set(key, found)
      return 4 * found
    },
  }
}

function keyOf(slot: Slot): string {
  switch (slot.kind) {
    case 'size':
      return `size ${format(slot.dim)}`
    case 'buffer':
      return `buffer ${slot.buffer.id}`
    case 'index':
      return `index ${slot.name}`
    case 'room':
      return `room ${slot.name}`
    case 'barrier':
    case 'sleeps':
    case 'unpacked':
      return slot.kind
  }
}

// The buffers of a plan on a device, each as large as the largest run so far needed.
import type { Buffer } from '../../plan/plan.ts'
import { type Device, usage } from './device.ts'

export interface Memory {
  /** The device's buffer for one of the plan; throws a plain Error before it is reserved. */
  at(buffer: Buffer): GPUBuffer
  /** Makes sure that a buffer holds at least this many elements. Its contents are lost if it has to grow. */
  reserve(buffer: Buffer, elements: number): void
  /** Changes whenever a buffer moves, so that bind groups have to be made again. */
  generation(): number
  /** Frees a buffer. */
  release(buffer: Buffer): void
  /** Frees all of them. */
  free(): void
}

export function createMemory({ device }: Device): Memory {
  const places = new Map<Buffer, GPUBuffer>()
  let generation = 0
  return {
    at: buffer => {
      const place = places.get(buffer)
      if (place === undefined) throw new Error(`buffer ${buffer.hint} has no place`)
      return place
    },
    reserve: (buffer, elements) => {
      const bytes = Math.max(4, elements * 4)
      const before = places.get(buffer)
      if (before !== undefined && before.size >= bytes) return
      before?.destroy()
      places.set(
        buffer,
        device.createBuffer({ size: bytes, usage: usage.storage | usage.copySource | usage.copyTarget }),
      )
      generation++
    },
    generation: () => generation,
    release: buffer => {
      places.get(buffer)?.destroy()
      places.delete(buffer)
    },
    free: () => {
      for (const place of places.values()) place.destroy()
      places.clear()
    },
  }
}

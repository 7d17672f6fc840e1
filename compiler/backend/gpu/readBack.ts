// Reads parts of a device's buffers into arrays, after the work of one submit.
import type { Buffer as PlanBuffer } from '../../plan/plan.ts'
import type { Buffer } from '../backend.ts'
import { type Device, guarded } from './device.ts'
import type { Memory } from './deviceMemory.ts'
import { createStaging } from './staging.ts'

/** Elements of a buffer from `start` on, and the array to read them into. */
export interface ReadPlace {
  readonly buffer: PlanBuffer
  readonly start: number
  readonly into: Buffer
}

export const bytesOf = (places: readonly ReadPlace[]): number => places.reduce((sum, p) => sum + p.into.length * 4, 0)

export interface Reader {
  /** Submits at once the work of `encode` and then the copies, and fills the arrays. RNN514 where the device fails. */
  readAfter(places: readonly ReadPlace[], encode: (encoder: GPUCommandEncoder) => void): Promise<void>
  free(): void
}

export function createReader(owner: Device, memory: Memory): Reader {
  const { device } = owner
  const staging = createStaging(device)

  async function readAfter(places: readonly ReadPlace[], encode: (encoder: GPUCommandEncoder) => void): Promise<void> {
    const bytes = bytesOf(places)
    const floats = await guarded(owner, () => {
      const encoder = device.createCommandEncoder()
      encode(encoder)
      const target = staging.take(bytes)
      let at = 0
      for (const { buffer, start, into } of places) {
        if (into.length > 0) encoder.copyBufferToBuffer(memory.at(buffer), start * 4, target, at, into.length * 4)
        at += into.length * 4
      }
      device.queue.submit([encoder.finish()])
      return target.mapAsync(1).then(() => {
        const copy = new Float32Array(target.getMappedRange(0, Math.max(4, bytes)).slice(0))
        target.unmap()
        staging.give(target)
        return copy
      })
    })
    let at = 0
    for (const { into } of places) {
      into.set(floats.subarray(at, at + into.length))
      at += into.length
    }
  }

  return { readAfter, free: staging.free }
}

// Staging buffers that bring results back, several at a time; each is reused.
import { usage } from './device.ts'

export interface Staging {
  /** Takes a buffer of at least this many bytes, until it is given back. */
  take(bytes: number): GPUBuffer
  give(buffer: GPUBuffer): void
  free(): void
}

export function createStaging(device: GPUDevice): Staging {
  const all = new Set<GPUBuffer>()
  const idle: GPUBuffer[] = []
  return {
    take: bytes => {
      const known = idle.pop()
      if (known !== undefined && known.size >= bytes) return known
      if (known !== undefined) all.delete(known)
      known?.destroy()
      const made = device.createBuffer({ size: Math.max(256, bytes), usage: usage.mapRead | usage.copyTarget })
      all.add(made)
      return made
    },
    give: buffer => {
      idle.push(buffer)
    },
    free: () => {
      for (const buffer of all) buffer.destroy()
    },
  }
}

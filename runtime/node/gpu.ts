// Opens the GPU under Node: WebGPU by Dawn, in the package `webgpu`, which is loaded only when a GPU is asked for.
import { type BackendEntry, backends } from '../../compiler/backend/backends.ts'
import { devices, type GpuBackend } from '../../compiler/backend/gpu/devices.ts'
import { notInstalled } from '../../compiler/backend/gpu/gpuLibrary.ts'
import { type WebGpuBackend, webGpuBackend } from '../../compiler/backend/gpu/webgpu.ts'

/** Opens the first GPU that Dawn finds. RNN513, with the attempts made, where there is none or a package is not installed. */
export async function openGpu(): Promise<WebGpuBackend> {
  const { create } = await import('webgpu').catch(notInstalled('webgpu'))
  return webGpuBackend(create([]))
}

/** Openers of the devices under Node, by name: the GPU, and gpu.js' own fallbacks, for testing. They throw as `openGpu` does. */
export const gpuDevices: Readonly<Record<string, () => Promise<GpuBackend>>> = {
  webgpu: openGpu,
  webasm: devices.webasm,
  cpu: devices.cpu,
}

/** The backends, with the devices available under Node. */
export const backendsInNode: readonly BackendEntry[] = backends.map(entry =>
  'devices' in entry ? { ...entry, devices: gpuDevices } : entry,
)

// The GPU under Node: WebGPU by Dawn, in the package `webgpu`, which is loaded when a GPU is asked for, and never before.
import { notInstalled } from '../../compiler/backend/gpu/library.ts'
import { type WebGpuBackend, webGpuBackend } from '../../compiler/backend/gpu/webgpu.ts'

/** The backend on the first GPU that Dawn finds. RNN513, with what was tried, where there is none or a package is not installed. */
export async function openGpu(): Promise<WebGpuBackend> {
  const { create } = await import('webgpu').catch(notInstalled('webgpu'))
  return webGpuBackend(create([]))
}

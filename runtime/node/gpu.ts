// The GPU under Node: WebGPU by Dawn, in the package `webgpu`, which is loaded when a GPU is asked for, and never before.
import { type WebGpuBackend, webGpuBackend } from '../../compiler/backend/gpu/webgpu.ts'
import { fail } from '../../dsl/diagnostics.ts'

/** The backend on the first GPU that Dawn finds. RNN513, with what was tried, where there is none or a package is not installed. */
export async function openGpu(): Promise<WebGpuBackend> {
  const { create } = await loaded('webgpu', () => import('webgpu'))
  await loaded('gpu.js', () => import('gpu.js'))
  return webGpuBackend(create([]))
}

async function loaded<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    return fail('RNN513', { tried: `WebGPU by the npm package \`${name}\` (${reason})` })
  }
}

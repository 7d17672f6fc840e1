// The baseline of the GPU target: the same plans on the same device, run by gpu.js' own createPipeline, where a kernel
// computes one result a thread, and nothing stays on the device.
import { create, globals } from 'webgpu'
import { loadPipelines } from '../../compiler/backend/gpu/gpuLibrary.ts'
import { type PipelinedBackend, pipelinedBackend } from '../../compiler/backend/gpu/pipelined.ts'
import { webGpuBackend } from '../../compiler/backend/gpu/webgpu.ts'

/** Opens the backend and describes its device, which is put into `navigator` for gpu.js. RNN513 if there is none. */
export async function openPipelineInDawn(): Promise<{ backend: PipelinedBackend; description: string }> {
  const gpu = create([])
  const own = await webGpuBackend(gpu)
  await own.close()
  Object.assign(globalThis, globals)
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true })
  return { backend: pipelinedBackend('webgpu', await loadPipelines('webgpu')), description: own.device.description }
}

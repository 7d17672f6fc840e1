// What the GPU target is compared with: the same plans on the same device, put together by gpu.js' own createPipeline. There a kernel
// gives one result a thread, and nothing stays on the device.
import { create, globals } from 'webgpu'
import { loadPipelines } from '../../compiler/backend/gpu/gpuLibrary.ts'
import { type PipelinedBackend, pipelinedBackend } from '../../compiler/backend/gpu/pipelined.ts'
import { webGpuBackend } from '../../compiler/backend/gpu/webgpu.ts'

/** The backend, and what its device is; gpu.js looks for that in `navigator`, which gets it. RNN513 where there is none. */
export async function openPipelineInDawn(): Promise<{ backend: PipelinedBackend; description: string }> {
  const gpu = create([])
  const own = await webGpuBackend(gpu)
  await own.close()
  Object.assign(globalThis, globals)
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true })
  return { backend: pipelinedBackend('webgpu', await loadPipelines('webgpu')), description: own.device.description }
}

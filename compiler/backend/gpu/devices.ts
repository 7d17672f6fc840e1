// The list of devices through which a GPU can be reached, by name.
import { type Diagnostic, isFailure, RnnError } from '../../../dsl/diagnostics.ts'
import type { AsyncBackend } from '../backend.ts'
import type { DeviceName } from './deviceNames.ts'
import { loadPipelines } from './gpuLibrary.ts'
import { pipelinedBackend } from './pipelined.ts'
import { webGpuBackend } from './webgpu.ts'

/** A backend on one of the devices of a GPU. */
export interface GpuBackend extends AsyncBackend {
  /** The device that it runs on. */
  readonly device: { readonly name: DeviceName }
}

/** Opens a device of gpu.js, and loads gpu.js only then. */
const pipelines = (mode: DeviceName) => async (): Promise<GpuBackend> =>
  pipelinedBackend(mode, await loadPipelines(mode))

/** Opens a device by name; RNN513 with the attempt where there is none. */
export const devices: Readonly<Record<DeviceName, () => Promise<GpuBackend>>> = {
  webgpu: () => webGpuBackend(),
  webgl2: pipelines('webgl2'),
  webasm: pipelines('webasm'),
  cpu: pipelines('cpu'),
}

/**
 * Opens the GPU of a browser: the first available of some devices, WebGPU or else WebGL2 if left out. `device.name` of the backend says
 * which. Throws RNN513 for each that was tried where there is none.
 */
export async function openGpu(names: readonly DeviceName[] = ['webgpu', 'webgl2']): Promise<GpuBackend> {
  const missing: Diagnostic[] = []
  for (const name of names) {
    try {
      return await devices[name]()
    } catch (error) {
      if (!isFailure(error, 'RNN513')) throw error
      missing.push(...error.diagnostics)
    }
  }
  throw new RnnError(missing)
}

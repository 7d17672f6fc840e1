// What a GPU can be reached by, by name: the list.
import { catalogue } from '../../../dsl/catalogue.ts'
import { fail, RnnError } from '../../../dsl/diagnostics.ts'
import type { AsyncBackend } from '../backend.ts'
import { pipelinedBackend } from './pipelined.ts'
import { webGpuBackend } from './webgpu.ts'

export interface GpuBackend extends AsyncBackend {
  /** The device that it runs on. */
  readonly device: { readonly name: DeviceName }
}

/** Those below `webgl2` are no GPUs: gpu.js' own fallbacks, for testing. */
export type DeviceName = 'webgpu' | 'webgl2' | 'webasm' | 'cpu'

/** How to open each: RNN513 with what was tried where it is not here. */
export const devices: Readonly<Record<DeviceName, () => Promise<GpuBackend>>> = {
  webgpu: () => webGpuBackend(),
  webgl2: () => pipelinedBackend('webgl2'),
  webasm: () => pipelinedBackend('webasm'),
  cpu: () => pipelinedBackend('cpu'),
}

/**
 * The GPU of a browser: of some devices the first that there is, WebGPU or else WebGL2 if left out. `device.name` of the backend
 * says which. Throws RNN513 with all that were tried where there is none.
 */
export async function openGpu(names: readonly DeviceName[] = ['webgpu', 'webgl2']): Promise<GpuBackend> {
  const tried: string[] = []
  for (const name of names) {
    const opened = await devices[name]().catch(triedBy)
    if (typeof opened !== 'string') return opened
    tried.push(opened)
  }
  return fail('RNN513', { tried: tried.join(', ') })
}

const [before] = catalogue.RNN513.message.split('{tried}')

/** What an RNN513 says was tried; throws all else. */
function triedBy(error: unknown): string {
  if (!(error instanceof RnnError) || error.diagnostics[0].code !== 'RNN513') throw error
  return error.diagnostics[0].message.slice(before.length)
}

// Runtime of modules that `rnnc build --target gpu` writes: `rnnc/gpu`. Contains neither the parser nor the checks.
import type { Buffer } from '../compiler/backend/backend.ts'
import { openGpu } from '../compiler/backend/gpu/devices.ts'
import { webGpuBackend } from '../compiler/backend/gpu/webgpu.ts'
import type { Sizes } from '../compiler/ir/dim.ts'
import { readGraph } from '../compiler/ir/read.ts'
import { load } from '../compiler/load.ts'

/** A graph on a device. */
export interface Network {
  readonly backend: string
  /** The device that it runs on. */
  readonly device: string
  /** Copies inputs that stay from run to run to the device, and gives their stand-ins for the inputs of `run`. */
  store(inputs: Readonly<Record<string, Buffer>>): Record<string, Buffer>
  /** Runs the graph; waits for earlier runs first. */
  run(sizes: Sizes, inputs: Readonly<Record<string, Buffer>>): Promise<Readonly<Record<string, Buffer>>>
  /** Frees the device. */
  dispose(): void
}

/**
 * Loads the graph that a text describes on the first adapter of `gpu`; if it is left out, by WebGPU of the browser, or by WebGL2 where
 * there is none. gpu.js is loaded here. RNN513 where there is no GPU or no gpu.js; the network's runs throw RNN514 where the device
 * fails.
 */
export async function openNetwork(text: string, gpu?: GPU): Promise<Network> {
  const { graph, context } = readGraph(text)
  const backend = await (gpu === undefined ? openGpu() : webGpuBackend(gpu))
  const executable = load(context, graph, backend, 'f32')
  let last: Promise<unknown> = Promise.resolve()
  return {
    backend: executable.backend,
    device: executable.device,
    store: executable.store,
    run: (sizes, inputs) => {
      const ran = last.then(() => executable.run(sizes, inputs))
      last = ran.catch(() => {})
      return ran
    },
    dispose: () => {
      executable.dispose()
      backend.close().catch(() => {})
    },
  }
}

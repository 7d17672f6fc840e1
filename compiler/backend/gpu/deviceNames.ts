// The devices that gpu.js runs kernels on, and what rnnc knows of each.

/** The names of devices. Those below `webgl2` are not GPUs: gpu.js' own fallbacks, for testing. */
export type DeviceName = 'webgpu' | 'webgl2' | 'webasm' | 'cpu'

interface Traits {
  /** gpu.js' class of kernels that run there. */
  readonly kernelClass: string
  /** Its executor for pipelines. */
  readonly executor: string
  /** The most arrays that a kernel can take. */
  readonly mostArrays: number
}

export const traits: Readonly<Record<DeviceName, Traits>> = {
  // Allows eight storage buffers, of which one is the result.
  webgpu: { kernelClass: 'WebGPUKernel', executor: 'fused-encoder', mostArrays: 7 },
  // Allows sixteen textures, of which gpu.js needs one.
  webgl2: { kernelClass: 'WebGL2Kernel', executor: 'generic', mostArrays: 15 },
  webasm: { kernelClass: 'WebAssemblyKernel', executor: 'fused-sync', mostArrays: 15 },
  cpu: { kernelClass: 'CPUKernel', executor: 'generic', mostArrays: 15 },
}

// Records a plan at given sizes on a device: pipelines, arguments and bindings of all its dispatches, made once and run repeatedly.
import type { Sizes } from '../../ir/dim.ts'
import type { FreshBuffer } from '../../plan/freshBuffers.ts'
import type { Buffer } from '../../plan/plan.ts'
import { type Device, guarded, usage } from './device.ts'
import type { Memory } from './deviceMemory.ts'
import { type Dispatch, dispatchesOf } from './dispatches.ts'
import type { GpuLibrary } from './gpuLibrary.ts'
import { specials } from './kernelAlgebra.ts'
import type { Kernel, KernelsOf } from './ownKernels.ts'
import { kindOf, type TaskStep } from './tasks.ts'
import { type Shader, shaderOf } from './wgsl.ts'

export interface Recording {
  /** The buffers that the dispatches touch. */
  readonly buffers: ReadonlySet<Buffer>
  readonly dispatches: number
  /** The distinct kernels, by their shaders. */
  readonly kernels: readonly RecordedKernel[]
  encode(pass: GPUComputePassEncoder): void
  free(): void
}

/** A kernel of a recording, to be measured alone. */
export interface RecordedKernel {
  readonly kind: string
  readonly hint: string
  /** How often the recording runs it. */
  readonly runs: number
  /** Runs it `times` times, one after the other, with the arguments of each of its dispatches in turn. */
  encode(pass: GPUComputePassEncoder, times: number): void
}

/** Pipelines by the text of their shaders, which many kernels share. */
export type Pipelines = Map<string, Promise<GPUComputePipeline>>

interface Bound {
  readonly buffers: readonly Buffer[]
  readonly shader: Shader
  readonly pipeline: GPUComputePipeline
  readonly layout: GPUBindGroupLayout
}

/** Resources that the recordings of a plan share. */
export interface Studio {
  readonly owner: Device
  readonly library: GpuLibrary
  readonly pipelines: Pipelines
  readonly memory: Memory
  readonly kernelsOf: KernelsOf
  readonly fresh: FreshBuffer
}

/** Translates and compiles the kernels that are not known yet. Throws RNN514 where the device refuses one. */
export async function record(studio: Studio, steps: readonly TaskStep[], sizes: Sizes): Promise<Recording> {
  const { owner, memory, kernelsOf } = studio
  const scratch: Buffer[] = []
  const fresh: FreshBuffer = (size, hint, dtype) => {
    const buffer = studio.fresh(size, hint, dtype)
    scratch.push(buffer)
    return buffer
  }
  const most = owner.device.limits.maxStorageBuffersPerShaderStage
  const dispatches = dispatchesOf(steps, sizes, task => kernelsOf(task, sizes, most, fresh))
  const kernels = [...new Set(dispatches.map(d => d.kernel))]
  const bound = new Map(await Promise.all(kernels.map(async kernel => [kernel, await bind(studio, kernel)] as const)))
  const uniform = await argumentsOf(owner, dispatches)
  const encode = encoder(studio, dispatches, bound, uniform)
  const places = [...dispatches.keys()]
  const same = Map.groupBy(places, i => bound.get(dispatches[i].kernel)?.shader.code)
  return {
    buffers: new Set([...bound.values()].flatMap(b => b.buffers)),
    dispatches: dispatches.length,
    kernels: [...same.values()].map(own => {
      const { task } = dispatches[own[0]]
      const repeated = (times: number): number[] => Array.from({ length: times }, (_, i) => own[i % own.length])
      return {
        kind: kindOf(task),
        hint: task.hint,
        runs: own.length,
        encode: (pass, times) => encode(pass, repeated(times)),
      }
    }),
    encode: pass => encode(pass, places),
    free: () => {
      uniform.buffer.destroy()
      scratch.forEach(memory.release)
    },
  }
}

/** Translates a kernel, and compiles it if its shader is new. */
async function bind({ owner, library, pipelines }: Studio, kernel: Kernel): Promise<Bound> {
  const { device } = owner
  const targets = new Set(kernel.written)
  const buffers = [...new Set([...kernel.arrays, ...kernel.written])]
  const place = (b: Buffer): number => buffers.indexOf(b)
  const isWritten = buffers.map(b => targets.has(b))
  const bindings = { arrays: kernel.arrays.map(place), written: kernel.written.map(place), isWritten }
  const shader = shaderOf(library, kernel, bindings, device.limits.maxComputeWorkgroupsPerDimension)
  const layout = device.createBindGroupLayout({
    entries: [
      { binding: 0, visibility: 4, buffer: { type: 'uniform', hasDynamicOffset: true } },
      ...isWritten.map(
        (w, i): GPUBindGroupLayoutEntry => ({
          binding: i + 1,
          visibility: 4,
          buffer: { type: w ? 'storage' : 'read-only-storage' },
        }),
      ),
    ],
  })
  const known = pipelines.get(shader.code) ?? compile(owner, shader.code, layout)
  pipelines.set(shader.code, known)
  return { buffers, shader, layout, pipeline: await known }
}

const compile = (owner: Device, code: string, layout: GPUBindGroupLayout): Promise<GPUComputePipeline> =>
  guarded(owner, () =>
    owner.device.createComputePipelineAsync({
      layout: owner.device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module: owner.device.createShaderModule({ code }), entryPoint: 'main' },
    }),
  )

/** The arguments of all dispatches in one buffer, `step` bytes apart. */
interface Arguments {
  readonly buffer: GPUBuffer
  readonly step: number
}

async function argumentsOf(owner: Device, dispatches: readonly Dispatch[]): Promise<Arguments> {
  const { device } = owner
  const step = device.limits.minUniformBufferOffsetAlignment
  const data = new ArrayBuffer(Math.max(step, dispatches.length * step))
  dispatches.forEach((d, i) => {
    writeArguments(new DataView(data, i * step, step), d)
  })
  const buffer = await guarded(owner, () => {
    const made = device.createBuffer({ size: data.byteLength, usage: usage.uniform | usage.copyTarget })
    device.queue.writeBuffer(made, 0, data)
    return made
  })
  return { buffer, step }
}

/** Writes the offsets as 32-bit integers, then the special numbers, little-endian as WebGPU is. */
function writeArguments(view: DataView, { kernel, offsets }: Dispatch): void {
  offsets.forEach((o, i) => {
    view.setInt32(4 * i, o, true)
  })
  kernel.specials.forEach((name, i) => {
    view.setFloat32(4 * (offsets.length + i), specials[name], true)
  })
}

/** Makes a function that encodes the dispatches at some places of the list; the groups of bindings are kept from call to call. */
function encoder(
  { owner, memory }: Studio,
  dispatches: readonly Dispatch[],
  bound: ReadonlyMap<Kernel, Bound>,
  uniform: Arguments,
): (pass: GPUComputePassEncoder, places: Iterable<number>) => void {
  const groups = new Map<Kernel, GPUBindGroup>()
  let generation = -1
  const groupOf = (kernel: Kernel, { layout, buffers, shader }: Bound): GPUBindGroup => {
    const group =
      groups.get(kernel) ??
      owner.device.createBindGroup({
        layout,
        entries: [
          { binding: 0, resource: { buffer: uniform.buffer, size: shader.argumentBytes } },
          ...buffers.map((b, i) => ({ binding: i + 1, resource: { buffer: memory.at(b) } })),
        ],
      })
    groups.set(kernel, group)
    return group
  }
  return (pass, places) => {
    if (generation !== memory.generation()) groups.clear()
    generation = memory.generation()
    for (const i of places) {
      const { kernel } = dispatches[i]
      const entry = bound.get(kernel)
      if (entry === undefined) continue
      pass.setPipeline(entry.pipeline)
      pass.setBindGroup(0, groupOf(kernel, entry), [i * uniform.step])
      pass.dispatchWorkgroups(...entry.shader.groups)
    }
  }
}

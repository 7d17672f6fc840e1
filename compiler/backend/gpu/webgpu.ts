// Runs plans on a WebGPU device: one submit a run, what stays from run to run stays on the device, and only results come back.
import { evaluate, product, type Sizes } from '../../ir/dim.ts'
import { storedInputs } from '../../plan/operands.ts'
import type { Plan, Buffer as PlanBuffer, Port } from '../../plan/plan.ts'
import type { AsyncBackend, AsyncExecutable, Buffer } from '../backend.ts'
import type { DeviceTimes } from '../costModel.ts'
import { type Device, guarded, openDevice } from './device.ts'
import { createMemory } from './deviceMemory.ts'
import { devicePlan } from './devicePlan.ts'
import { refuses } from './draws.ts'
import { loadLibrary } from './gpuLibrary.ts'
import { checkInput, floatsOf } from './inputs.ts'
import { type MeasureOptions, measureKernels } from './measure.ts'
import { fastKernels, type KernelsOf } from './ownKernels.ts'
import { createRecent } from './recentSizes.ts'
import { type Pipelines, type Recording, record, type Studio } from './recording.ts'
import { createStaging } from './staging.ts'

/** What a run took. */
export interface RunCounts {
  readonly dispatches: number
  readonly submits: number
  readonly bytesRead: number
}

export interface WebGpuExecutable extends AsyncExecutable {
  /** Of the last run. */
  counts(): RunCounts
  /** Measures the kernels of a run one by one; what the inputs stand for on the device is spoilt. RNN514 where the device fails. */
  measure(sizes: Sizes, inputs: Readonly<Record<string, Buffer>>, options?: MeasureOptions): Promise<DeviceTimes>
}

export interface WebGpuBackend extends AsyncBackend {
  /** The device that it runs on. */
  readonly device: Device
  load(plan: Plan): WebGpuExecutable
}

/**
 * The backend on the first adapter that `gpu` (the browser's `navigator.gpu`, if left out) gives, with kernels as `kernelsOf` makes
 * them. Throws RNN513 where there is none. gpu.js is loaded here, and nowhere before.
 */
export async function webGpuBackend(
  gpu: GPU | undefined = globalThis.navigator?.gpu,
  kernelsOf: KernelsOf = fastKernels,
): Promise<WebGpuBackend> {
  const device = await openDevice(gpu)
  const library = await loadLibrary()
  const pipelines: Pipelines = new Map()
  return {
    name: 'gpu',
    device,
    refuses,
    load: plan => executable({ owner: device, library, pipelines, kernelsOf }, plan),
    close: async () => device.device.destroy(),
  }
}

/** So many runs keep a device busy while the results of the first are on their way. */
const ahead = 4

/** How many sizes are kept ready to run. */
const mostRecordings = 32

function executable(shared: Omit<Studio, 'memory' | 'fresh'>, whole: Plan): WebGpuExecutable {
  const { owner } = shared
  const { device } = owner
  const { plan, steps, fresh, draw } = devicePlan(whole, device.limits.maxStorageBuffersPerShaderStage)
  const memory = createMemory(owner)
  const studio: Studio = { ...shared, memory, fresh }
  const given = storedInputs(plan)
  const moved = plan.outputs.filter(o => given.has(o.operand.buffer))
  const results = plan.outputs.filter(o => !given.has(o.operand.buffer))
  const recordings = createRecent<Promise<Recording>>(mostRecordings, free)
  /** The arrays that the device has, by name, and where they lie. */
  const stored = new Map<string, { readonly array: Buffer; readonly buffer: PlanBuffer; readonly start: number }>()
  const staging = createStaging(device)
  /** Kept when the next run may begin. */
  let turn: Promise<void> = Promise.resolve()
  let counts: RunCounts = { dispatches: 0, submits: 0, bytesRead: 0 }

  /** Copies an array to where it lies in the buffer of an input. */
  function upload(buffer: PlanBuffer, start: number, array: Buffer): void {
    const floats = floatsOf(buffer.hint, array)
    device.queue.writeBuffer(memory.at(buffer), start * 4, floats.buffer, floats.byteOffset, floats.byteLength)
  }

  const recordingAt = (sizes: Sizes): Promise<Recording> => recordings.at(sizes, () => record(studio, steps, sizes))

  /** Copies places of the device into arrays, after what `encode` does; one submit, which is made at once. */
  async function readAfter(
    ports: readonly { readonly buffer: PlanBuffer; readonly start: number; readonly into: Buffer }[],
    encode: (encoder: GPUCommandEncoder) => void,
  ): Promise<void> {
    const bytes = ports.reduce((sum, p) => sum + p.into.length * 4, 0)
    counts = { ...counts, submits: 1, bytesRead: bytes }
    const floats = await guarded(owner, () => {
      const encoder = device.createCommandEncoder()
      encode(encoder)
      const target = staging.take(bytes)
      let at = 0
      for (const { buffer, start, into } of ports) {
        if (into.length > 0) encoder.copyBufferToBuffer(memory.at(buffer), start * 4, target, at, into.length * 4)
        at += into.length * 4
      }
      device.queue.submit([encoder.finish()])
      return target.mapAsync(1).then(() => {
        const copy = new Float32Array(target.getMappedRange(0, Math.max(4, bytes)).slice(0))
        target.unmap()
        staging.give(target)
        return copy
      })
    })
    let at = 0
    for (const { into } of ports) {
      into.set(floats.subarray(at, at + into.length))
      at += into.length
    }
  }

  function store(inputs: Readonly<Record<string, Buffer>>): Record<string, Buffer> {
    for (const [buffer, ports] of given) {
      const arrays = ports.flatMap(p => inputs[p.name] ?? [])
      if (arrays.length < ports.length) continue
      memory.reserve(
        buffer,
        arrays.reduce((n, a) => n + a.length, 0),
      )
      let start = 0
      ports.forEach(({ name }, i) => {
        upload(buffer, start, arrays[i])
        stored.set(name, { array: arrays[i], buffer, start })
        start += arrays[i].length
      })
    }
    return { ...inputs }
  }

  /** Checks the inputs, and brings those to the device that are not there. */
  function bring(recording: Recording, sizes: Sizes, inputs: Readonly<Record<string, Buffer>>): void {
    const needed = new Set([...recording.buffers, ...plan.outputs.map(o => o.operand.buffer)])
    for (const buffer of needed) memory.reserve(buffer, evaluate(buffer.size, sizes))
    for (const [buffer, ports] of given) {
      for (const port of ports) {
        const { name, operand } = port
        const array = checkInput(port, inputs[name], sizes)
        if (!needed.has(buffer) || stored.get(name)?.array === array) continue
        stored.delete(name)
        upload(buffer, evaluate(operand.offset, sizes), array)
      }
    }
  }

  /** A run whose kernels `encode` chooses, in its turn. */
  async function runWith(
    sizes: Sizes,
    own: Readonly<Record<string, Buffer>>,
    encode: (recording: Recording, pass: GPUComputePassEncoder) => void,
  ): Promise<Record<string, Buffer>> {
    const begun = turn.then(() => begin(sizes, own, encode))
    turn = begun
      .then(({ whole, ended }) => (whole ? undefined : ended))
      .then(
        () => {},
        () => {},
      )
    const { ended } = await begun
    return ended
  }

  /** Submits a run. It is `whole` if the next does not need what comes back of it. */
  async function begin(
    sizes: Sizes,
    own: Readonly<Record<string, Buffer>>,
    encode: (recording: Recording, pass: GPUComputePassEncoder) => void,
  ): Promise<{ readonly whole: boolean; readonly ended: Promise<Record<string, Buffer>> }> {
    const recording = await recordingAt(sizes)
    const inputs = draw(sizes, own)
    const lengthOf = ({ shape }: Port): number => evaluate(product(shape), sizes)
    const made = results.map((port): readonly [Port, Buffer] => [
      port,
      port.operand.buffer.dtype === 'real' ? new Float32Array(lengthOf(port)) : new Int32Array(lengthOf(port)),
    ])
    const changed = moved.map((port): readonly [Port, Buffer] => [port, inputs[port.name]])
    const back = changed.filter(([{ name }, array]) => stored.get(name)?.array !== array)
    counts = { dispatches: recording.dispatches, submits: 0, bytesRead: 0 }
    const read = readAfter(
      [...made, ...back].map(([{ operand }, into]) => ({
        buffer: operand.buffer,
        start: evaluate(operand.offset, sizes),
        into,
      })),
      encoder => {
        bring(recording, sizes, inputs)
        const pass = encoder.beginComputePass()
        encode(recording, pass)
        pass.end()
      },
    )
    const ended = read.then(() => Object.fromEntries([...made, ...changed].map(([{ name }, array]) => [name, array])))
    return { whole: back.length === 0, ended }
  }

  async function measure(
    sizes: Sizes,
    inputs: Readonly<Record<string, Buffer>>,
    options: MeasureOptions = {},
  ): Promise<DeviceTimes> {
    const { kernels } = await recordingAt(sizes)
    return measureKernels(
      kernels,
      async encode => {
        const started = performance.now()
        await runWith(sizes, inputs, (_, pass) => encode(pass))
        return performance.now() - started
      },
      options,
    )
  }

  async function fetch(): Promise<void> {
    await turn
    const places = moved.flatMap(({ name }) => {
      const place = stored.get(name)
      return place === undefined ? [] : [{ ...place, into: place.array }]
    })
    await readAfter(places, () => {})
  }

  return {
    backend: 'gpu',
    device: 'webgpu',
    ahead,
    store,
    run: (sizes, inputs) => runWith(sizes, inputs, (recording, pass) => recording.encode(pass)),
    measure,
    fetch,
    counts: () => counts,
    dispose: () => {
      memory.free()
      staging.free()
      recordings.clear()
    },
  }
}

/** Frees a recording; one that failed holds nothing, and whoever asked for it was told. */
const free = (recording: Promise<Recording>): void => {
  recording.then(
    r => r.free(),
    () => {},
  )
}

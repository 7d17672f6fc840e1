// Runs plans on a WebGPU device: one submit a run, stored arrays stay on the device, and only results come back.
import { evaluate, product, type Sizes } from '../../ir/dim.ts'
import type { Plan, Port } from '../../plan/plan.ts'
import { arrayTypeOf } from '../arrays.ts'
import type { AsyncBackend, AsyncExecutable, Buffer, Results } from '../backend.ts'
import type { DeviceTimes } from '../costModel.ts'
import { type Device, openDevice } from './device.ts'
import { createDeviceInputs, type DeviceInputs } from './deviceInputs.ts'
import { createMemory } from './deviceMemory.ts'
import { type DevicePlan, devicePlan } from './devicePlan.ts'
import { loadLibrary } from './gpuLibrary.ts'
import { lacks, refuses } from './limits.ts'
import { type MeasureOptions, measureKernels } from './measure.ts'
import { fastKernels, type KernelsOf } from './ownKernels.ts'
import { bytesOf, createReader, type Reader } from './readBack.ts'
import { createRecent } from './recentSizes.ts'
import { type Pipelines, type Recording, record, type Studio } from './recording.ts'

/** Counts of one run. */
export interface RunCounts {
  readonly dispatches: number
  readonly submits: number
  readonly bytesRead: number
}

export interface WebGpuExecutable extends AsyncExecutable {
  /** Counts of the last run or `fetch`. */
  counts(): RunCounts
  /** Times the kernels of a run one by one, which spoils the stored inputs on the device. RNN514 where the device fails. */
  measure(sizes: Sizes, inputs: Readonly<Record<string, Buffer>>, options?: MeasureOptions): Promise<DeviceTimes>
}

/** The backend on WebGPU. */
export interface WebGpuBackend extends AsyncBackend {
  /** The device that it runs on. */
  readonly device: Device
  load(plan: Plan): WebGpuExecutable
}

/**
 * Opens the backend on the first adapter that `gpu` (the browser's `navigator.gpu`, if left out) gives, with kernels as `kernelsOf` makes
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
    lacks,
    refuses,
    load: plan => executable({ owner: device, library, pipelines, kernelsOf }, plan),
    close: async () => device.device.destroy(),
  }
}

/** Number of runs that keep a device busy while the results of the first are on their way. */
const ahead = 4

/** Number of sizes that are kept ready to run. */
const mostRecordings = 32

function executable(shared: Omit<Studio, 'memory' | 'fresh'>, whole: Plan): WebGpuExecutable {
  const { owner } = shared
  const { plan, steps, fresh, draw } = devicePlan(whole, owner.device.limits.maxStorageBuffersPerShaderStage)
  const memory = createMemory(owner)
  const studio: Studio = { ...shared, memory, fresh }
  const inputs = createDeviceInputs(owner, memory, plan)
  const reader = createReader(owner, memory)
  const recordings = createRecent<Promise<Recording>>(mostRecordings, free)
  const recordingAt = (sizes: Sizes): Promise<Recording> => recordings.at(sizes, () => record(studio, steps, sizes))
  const work: Work = { inputs, reader, recordingAt, draw }
  const turns = createTurns()
  let counts: RunCounts = { dispatches: 0, submits: 0, bytesRead: 0 }

  /** Waits for its turn, then does a run whose kernels `encode` chooses. */
  async function runWith(sizes: Sizes, own: Results, encode: Encode): Promise<Record<string, Buffer>> {
    const { ended } = await turns.take(async () => {
      const run = await begin(work, sizes, own, encode)
      counts = run.counts
      return run
    })
    return ended
  }

  async function measure(sizes: Sizes, own: Results, options: MeasureOptions = {}): Promise<DeviceTimes> {
    const { kernels } = await recordingAt(sizes)
    return measureKernels(
      kernels,
      async encode => {
        const started = performance.now()
        await runWith(sizes, own, (_, pass) => encode(pass))
        return performance.now() - started
      },
      options,
    )
  }

  async function fetch(): Promise<void> {
    await turns.next()
    const places = inputs.changedPlaces()
    counts = { ...counts, submits: 1, bytesRead: bytesOf(places) }
    await reader.readAfter(places, () => {})
  }

  return {
    backend: 'gpu',
    device: 'webgpu',
    ahead,
    store: inputs.store,
    run: (sizes, own) => runWith(sizes, own, (recording, pass) => recording.encode(pass)),
    measure,
    fetch,
    counts: () => counts,
    dispose: () => {
      memory.free()
      reader.free()
      recordings.clear()
    },
  }
}

/** Encodes the kernels of a run. */
type Encode = (recording: Recording, pass: GPUComputePassEncoder) => void

/** What the runs of a plan work with. */
interface Work extends Pick<DevicePlan, 'draw'> {
  readonly inputs: DeviceInputs
  readonly reader: Reader
  readonly recordingAt: (sizes: Sizes) => Promise<Recording>
}

/** A run that is submitted. */
interface BegunRun {
  /** Whether the next run needs nothing that this one reads back. */
  readonly whole: boolean
  readonly counts: RunCounts
  readonly ended: Promise<Record<string, Buffer>>
}

interface Turns {
  /** Resolves when the next run may begin. */
  readonly next: () => Promise<void>
  /** Begins a run when its turn comes. */
  readonly take: (begin: () => Promise<BegunRun>) => Promise<BegunRun>
}

/** Lets each run begin once the one before has begun, or has ended if something is read back that the next may need. */
function createTurns(): Turns {
  let turn: Promise<void> = Promise.resolve()
  return {
    next: () => turn,
    take: begin => {
      const begun = turn.then(begin)
      turn = begun
        .then(({ whole, ended }) => (whole ? undefined : ended))
        .then(
          () => {},
          () => {},
        )
      return begun
    },
  }
}

/** Submits a run whose kernels `encode` chooses. */
async function begin(
  { inputs, reader, recordingAt, draw }: Work,
  sizes: Sizes,
  own: Results,
  encode: Encode,
): Promise<BegunRun> {
  const recording = await recordingAt(sizes)
  const given = draw(sizes, own)
  const made = inputs.results.map((port): readonly [Port, Buffer] => [port, arrayFor(port, sizes)])
  const changed = inputs.moved.map((port): readonly [Port, Buffer] => [port, given[port.name]])
  const back = changed.filter(([{ name }, array]) => !inputs.has(name, array))
  const places = [...made, ...back].map(([{ operand }, into]) => ({
    buffer: operand.buffer,
    start: evaluate(operand.offset, sizes),
    into,
  }))
  const read = reader.readAfter(places, encoder => {
    inputs.bring(recording.buffers, sizes, given)
    const pass = encoder.beginComputePass()
    encode(recording, pass)
    pass.end()
  })
  const ended = read.then(() => Object.fromEntries([...made, ...changed].map(([{ name }, array]) => [name, array])))
  const counts = { dispatches: recording.dispatches, submits: 1, bytesRead: bytesOf(places) }
  return { whole: back.length === 0, counts, ended }
}

function arrayFor({ operand, shape }: Port, sizes: Sizes): Buffer {
  const type = arrayTypeOf(operand.buffer.dtype, 'f32')
  return new type(evaluate(product(shape), sizes))
}

/** Frees a recording; one that failed holds nothing, and its caller was told. */
const free = (recording: Promise<Recording>): void => {
  recording.then(
    r => r.free(),
    () => {},
  )
}

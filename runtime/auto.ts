// Chooses the fastest target for a step, one of the CPU or the GPU, by measuring them on this machine.
import type { AnyBackend, Backend } from '../compiler/backend/backend.ts'
import { autoBackends } from '../compiler/backend/backends.ts'
import { type DeviceTimes, fasterOf, predictedMs } from '../compiler/backend/costModel.ts'
import type { WebGpuBackend } from '../compiler/backend/gpu/webgpu.ts'
import { load, planFor } from '../compiler/index.ts'
import { isFailure } from '../dsl/diagnostics.ts'
import type { SampleStep } from './sampleStep.ts'
import { using } from './session.ts'

export interface Choice {
  readonly backend: AnyBackend
  /** Reason for the choice, in words that follow `because`. */
  readonly why: string
  /** The measured time of a step on the CPU, by target, the fastest first. */
  readonly cpu: readonly CpuTime[]
  readonly gpu?: { readonly description: string; readonly times: DeviceTimes }
}

export interface CpuTime {
  readonly target: string
  /** Of a step. */
  readonly ms: number
}

/** Least and greatest time for which the CPU is measured, in ms; a single longer step may exceed it. */
const leastCpu = 300
const mostCpu = 1500

/**
 * Chooses the fastest for a step: a target of the CPU, which are timed, or the GPU, by the prediction of the cost model. Where there is no GPU, `gpu`
 * is the reason as a text. Takes a few seconds, unless a step takes longer. A GPU that cannot take the step, or fails, is not chosen.
 */
export async function chooseFastest(
  step: SampleStep,
  gpu: WebGpuBackend | string,
  onProgress: (done: number) => void = () => {},
): Promise<Choice> {
  const timed = autoBackends.map((backend, i) => {
    const ms = measureCpu(step, backend)
    onProgress((0.4 * (i + 1)) / autoBackends.length)
    return { backend, target: backend.name, ms }
  })
  const cpu = timed.toSorted((a, b) => a.ms - b.ms)
  const [{ backend, ms }] = cpu
  const texts = cpu.map(c => `${inMs(c.ms)} on ${c.target}`)
  const withoutGpu = (reason: string): Choice => ({
    backend,
    why: `a run takes ${texts.join(' and ')}; ${reason}`,
    cpu,
  })
  if (typeof gpu === 'string') return withoutGpu(gpu)
  const refused = gpu.refuses(planFor(gpu, step.context, step.graph), step.precision)
  if (refused !== undefined) return withoutGpu(`the GPU cannot run this: ${refused}`)
  const times = await measureGpu(step, gpu, done => onProgress(0.4 + 0.6 * done))
  if (typeof times === 'string') return withoutGpu(times)
  const { description } = gpu.device
  return {
    backend: fasterOf(ms, times) === 'gpu' ? gpu : backend,
    why: `a run takes ${texts.join(', ')} and ${inMs(predictedMs(times))} on the GPU (${description})`,
    cpu,
    gpu: { description, times },
  }
}

/** Opens a GPU, or gives the reason why there is none. */
export async function gpuIfThere(open: () => Promise<WebGpuBackend>): Promise<WebGpuBackend | string> {
  try {
    return await open()
  } catch (error) {
    if (isFailure(error, 'RNN513')) return error.diagnostics[0].message
    throw error
  }
}

/** Measures a step on a backend, in ms: the least of several runs, as other work of the machine only adds time. */
function measureCpu({ context, graph, precision, sizes, stored, inputs }: SampleStep, backend: Backend): number {
  const executable = load(context, graph, backend, precision)
  const all = { ...inputs, ...executable.store(stored) }
  let least = Number.POSITIVE_INFINITY
  let total = 0
  for (let runs = 0; total < leastCpu || (runs < 8 && total < mostCpu); runs++) {
    const started = performance.now()
    executable.run(sizes, all)
    const took = performance.now() - started
    least = Math.min(least, took)
    total += took
  }
  return least
}

/** Measures the kernels on the GPU, or gives the reason why the device cannot run them. */
const measureGpu = (
  { context, graph, precision, sizes, stored, inputs }: SampleStep,
  gpu: WebGpuBackend,
  onProgress: (done: number) => void,
): Promise<DeviceTimes | string> =>
  using(load(context, graph, gpu, precision), executable =>
    executable.measure(sizes, { ...inputs, ...executable.store(stored) }, { onProgress }).catch((error: unknown) => {
      if (isFailure(error, 'RNN514')) return error.diagnostics[0].message
      throw error
    }),
  )

/** A time for people: `0.042 ms`, `1.2 ms`, `310 ms`. */
export const inMs = (ms: number): string => `${Number(ms.toPrecision(2))} ms`

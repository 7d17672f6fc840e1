// Chooses the GPU or the CPU, whichever is faster for a step, by measuring both on this machine.
import type { AnyBackend } from '../compiler/backend/backend.ts'
import { type DeviceTimes, fasterOf, predictedMs } from '../compiler/backend/costModel.ts'
import type { WebGpuBackend } from '../compiler/backend/gpu/webgpu.ts'
import { js } from '../compiler/backend/js.ts'
import { load, plan } from '../compiler/index.ts'
import { isFailure } from '../dsl/diagnostics.ts'
import type { SampleStep } from './sampleStep.ts'
import { using } from './session.ts'

export interface Choice {
  readonly backend: AnyBackend
  /** Reason for the choice, in words that follow `because`. */
  readonly why: string
  /** Time of a step on the CPU, in ms, where it was measured. */
  readonly cpuMs?: number
  readonly gpu?: { readonly description: string; readonly times: DeviceTimes }
}

/** Least and greatest time for which the CPU is measured, in ms; a single longer step may exceed it. */
const leastCpu = 300
const mostCpu = 1500

/**
 * Chooses the faster for a step: the GPU, by the prediction of the cost model, or the js backend. Where there is no GPU, `gpu` is the
 * reason as a text. Takes a few seconds, unless a step takes longer. A GPU that cannot take the step, or fails, is not chosen.
 */
export async function chooseFaster(
  step: SampleStep,
  gpu: WebGpuBackend | string,
  onProgress: (done: number) => void = () => {},
): Promise<Choice> {
  if (typeof gpu === 'string') return { backend: js, why: gpu }
  const refused = gpu.refuses(plan(step.context, step.graph), step.precision)
  if (refused !== undefined) return { backend: js, why: `the GPU cannot run this: ${refused}` }
  const cpuMs = measureCpu(step)
  onProgress(0.3)
  const times = await measureGpu(step, gpu, done => onProgress(0.3 + 0.7 * done))
  if (typeof times === 'string') return { backend: js, why: times, cpuMs }
  const { description } = gpu.device
  const took = `${inMs(cpuMs)} on the CPU and ${inMs(predictedMs(times))} on the GPU (${description})`
  return {
    backend: fasterOf(cpuMs, times) === 'gpu' ? gpu : js,
    why: `a run takes ${took}`,
    cpuMs,
    gpu: { description, times },
  }
}

/** Measures a step on the js backend, in ms: the least of several runs, as other work of the machine only adds time. */
function measureCpu({ context, graph, precision, sizes, stored, inputs }: SampleStep): number {
  const executable = load(context, graph, js, precision)
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

// What the kernels of a recording take on this device: each alone, run so often that what is around it does not count.
import type { DeviceTimes } from '../costModel.ts'
import type { RecordedKernel } from './recording.ts'

export interface MeasureOptions {
  /** How long measuring may take, in ms; every kernel runs at least once, whatever it takes. */
  readonly budget?: number
  /** Now and then; the fraction that is done. */
  readonly onProgress?: (done: number) => void
}

/** Submits a pass, and gives the time until its results are read, in ms. */
type TimePass = (encode: (pass: GPUComputePassEncoder) => void) => Promise<number>

/** How often all kernels take their turn, and in how many of these turns a kernel may begin to run more often. */
const mostTurns = 24
const growing = 12
/** How often a kernel runs in one pass, at the most. */
const mostTimes = 256

/**
 * Measures the step without its kernels, and each kernel. They take turns, and the least of each counts: what else the machine does
 * only adds, and comes in bursts.
 */
export async function measureKernels(
  kernels: readonly RecordedKernel[],
  time: TimePass,
  { budget = 1200, onProgress }: MeasureOptions = {},
): Promise<DeviceTimes> {
  // The first pass makes buffers and bind groups, and starts each kernel once.
  await time(pass => {
    for (const kernel of kernels) kernel.encode(pass, 1)
  })
  const trials = kernels.map(kernel => ({ kernel, times: 1, least: Number.POSITIVE_INFINITY }))
  const started = performance.now()
  let overhead = await time(() => {})
  for (let turn = 0, done = 0; turn < mostTurns && done < 1; turn++) {
    for (const trial of trials) {
      overhead = Math.min(overhead, await time(() => {}))
      if (turn < growing && trial.least < 4 * overhead && trial.times < mostTimes) {
        trial.times *= 4
        trial.least = Number.POSITIVE_INFINITY
      }
      trial.least = Math.min(trial.least, await time(pass => trial.kernel.encode(pass, trial.times)))
    }
    done = Math.max((turn + 1) / mostTurns, (performance.now() - started) / budget)
    onProgress?.(Math.min(1, done))
  }
  return {
    overhead,
    kernels: trials.map(({ kernel: { kind, hint, runs }, times, least }) => ({
      kind,
      hint,
      runs,
      ms: Math.max(0, least - overhead) / times,
    })),
  }
}

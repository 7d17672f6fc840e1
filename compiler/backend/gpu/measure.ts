// Times each kernel of a recording alone on this device, repeated so often that the overhead does not count.
import type { DeviceTimes } from '../costModel.ts'
import type { RecordedKernel } from './recording.ts'

export interface MeasureOptions {
  /** Time limit of measuring, in ms; every kernel runs at least once, however long it takes. */
  readonly budget?: number
  /** Reports now and then the fraction that is done. */
  readonly onProgress?: (done: number) => void
}

/** Submits a pass, and gives the time until its results are read, in ms. */
type TimePass = (encode: (pass: GPUComputePassEncoder) => void) => Promise<number>

/** Number of turns in which all kernels are timed, and how many of the first turns may raise a kernel's repetitions. */
const mostTurns = 24
const growing = 12
/** Most repetitions of a kernel in one pass. */
const mostTimes = 256

/**
 * Times the step without its kernels, and each kernel, in turns. The least time of each counts: other work on the machine only adds, and
 * comes in bursts.
 */
export async function measureKernels(
  kernels: readonly RecordedKernel[],
  time: TimePass,
  { budget = 1200, onProgress }: MeasureOptions = {},
): Promise<DeviceTimes> {
  // Warms up: the first pass makes buffers and bind groups, and starts each kernel once.
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

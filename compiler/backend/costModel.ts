// Predicts the time of a step on a device from the times of its kernels, and whether the CPU is faster.

/** A kernel, timed alone. */
export interface KernelTime {
  /** `map`, `reduce`, `product` or `scatter`. */
  readonly kind: string
  readonly hint: string
  /** How often a step runs it. */
  readonly runs: number
  /** Time of one run, in ms. */
  readonly ms: number
}

/** Measured times of a step on a device. */
export interface DeviceTimes {
  /** Time of a step without its kernels, in ms: drawing random numbers, uploading, the submit, and reading back. */
  readonly overhead: number
  /** The distinct kernels. */
  readonly kernels: readonly KernelTime[]
}

/** Totals of the kernels of one kind in a step. */
export interface KindTime {
  readonly kind: string
  /** Number of distinct kernels. */
  readonly kernels: number
  readonly runs: number
  /** Time of all runs together, in ms. */
  readonly ms: number
}

/** Predicts the time of a step, in ms: kernels run one after the other, and the overhead occurs once. */
export const predictedMs = ({ overhead, kernels }: DeviceTimes): number =>
  kernels.reduce((sum, k) => sum + k.runs * k.ms, overhead)

/** Sums up the kernels by kind, the slowest kind first. */
export const timesByKind = ({ kernels }: DeviceTimes): readonly KindTime[] =>
  [...Map.groupBy(kernels, k => k.kind)]
    .map(([kind, own]) => ({
      kind,
      kernels: own.length,
      runs: own.reduce((n, k) => n + k.runs, 0),
      ms: own.reduce((sum, k) => sum + k.runs * k.ms, 0),
    }))
    .sort((a, b) => b.ms - a.ms)

/** Picks the faster one for a step; the CPU on a tie, as it needs no device. */
export const fasterOf = (cpuMs: number, gpu: DeviceTimes): 'cpu' | 'gpu' => (predictedMs(gpu) < cpuMs ? 'gpu' : 'cpu')

// What a step is predicted to take on a device, from what its kernels take alone; and whether the CPU takes less.

/** A kernel, measured alone. */
export interface KernelTime {
  /** `map`, `reduce`, `product` or `scatter`. */
  readonly kind: string
  readonly hint: string
  /** How often a step runs it. */
  readonly runs: number
  /** What one run takes, in ms. */
  readonly ms: number
}

/** What was measured of a step on a device. */
export interface DeviceTimes {
  /** A step without its kernels, in ms: what is drawn and uploaded, the submit, and reading back. */
  readonly overhead: number
  /** The kernels that differ. */
  readonly kernels: readonly KernelTime[]
}

/** The kernels of one kind in a step. */
export interface KindTime {
  readonly kind: string
  /** Those that differ. */
  readonly kernels: number
  readonly runs: number
  /** What all the runs take together, in ms. */
  readonly ms: number
}

/** What a step will take, in ms: kernels run one after the other, and what is around them happens once. */
export const predictedMs = ({ overhead, kernels }: DeviceTimes): number =>
  kernels.reduce((sum, k) => sum + k.runs * k.ms, overhead)

/** The kernels by kind, the kind that takes longest first. */
export const timesByKind = ({ kernels }: DeviceTimes): readonly KindTime[] =>
  [...Map.groupBy(kernels, k => k.kind)]
    .map(([kind, own]) => ({
      kind,
      kernels: own.length,
      runs: own.reduce((n, k) => n + k.runs, 0),
      ms: own.reduce((sum, k) => sum + k.runs * k.ms, 0),
    }))
    .sort((a, b) => b.ms - a.ms)

/** Which takes less for a step; the CPU where they take the same, as it needs nothing. */
export const fasterOf = (cpuMs: number, gpu: DeviceTimes): 'cpu' | 'gpu' => (predictedMs(gpu) < cpuMs ? 'gpu' : 'cpu')

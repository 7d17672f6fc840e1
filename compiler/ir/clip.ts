// Gradient clipping, applied before the optimizer.

/** The ways to clip, each with a limit for the example of a message; passes/clipGradients.ts emits their equations. */
export const clips = { global_norm: 1, norm: 1, value: 0.5 } as const

export interface Clip {
  readonly by: keyof typeof clips
  readonly limit: number
}

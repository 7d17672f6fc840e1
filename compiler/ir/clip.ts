// Gradient clipping as a program asks for it: a setting of its training, and what a pass carries out.

/** Gradient clipping, applied before the optimizer. */
export interface Clip {
  readonly by: 'global_norm' | 'norm' | 'value'
  readonly limit: number
}

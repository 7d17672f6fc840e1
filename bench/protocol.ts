// The messages from a worker to the bench: one JSON object a line on stdout.

/** The use that one step makes of a GPU. */
export interface Counts {
  readonly kernels: number
  readonly submits: number
  readonly bytesRead: number
}

export type Message =
  /** The case is being set up; its time runs from here. */
  | { readonly event: 'begin'; readonly workload: string }
  /** Its first step begins; `note` tells how it differs from the workload, `flops` its FLOPs if they differ. */
  | { readonly event: 'ready'; readonly workload: string; readonly note?: string; readonly flops?: number }
  /** Its first step has ended, on a GPU. */
  | ({ readonly event: 'counts'; readonly workload: string } & Counts)
  /** A long step has ended. */
  | { readonly event: 'step'; readonly workload: string; readonly ms: number }
  /** The median of its steps. */
  | { readonly event: 'done'; readonly workload: string; readonly ms: number }
  /** There is no such case. */
  | { readonly event: 'none'; readonly workload: string; readonly reason: string }

export function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && 'event' in value && 'workload' in value
}

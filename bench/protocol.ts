// What a worker tells the bench: one JSON object a line on its stdout.

/** What one step takes of a GPU. */
export interface Counts {
  readonly kernels: number
  readonly submits: number
  readonly bytesRead: number
}

export type Message =
  /** The case is being set up; its time runs from here. */
  | { readonly event: 'begin'; readonly workload: string }
  /** Its first step begins; what is different about it, and its own FLOPs where they are not the workload's. */
  | { readonly event: 'ready'; readonly workload: string; readonly note?: string; readonly flops?: number }
  /** Its first step has ended, on a GPU. */
  | ({ readonly event: 'counts'; readonly workload: string } & Counts)
  /** A step has ended that took long. */
  | { readonly event: 'step'; readonly workload: string; readonly ms: number }
  /** The median of its steps. */
  | { readonly event: 'done'; readonly workload: string; readonly ms: number }
  /** There is no such case. */
  | { readonly event: 'none'; readonly workload: string; readonly reason: string }

export function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && 'event' in value && 'workload' in value
}

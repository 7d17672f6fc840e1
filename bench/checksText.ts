// Describes how the cost and memory of a target grow.
import { digits, markdown } from './report.ts'

export interface Checks {
  readonly target: string
  /** Before and during the first training steps of W3-lstm, in ms. */
  readonly starting: {
    /** From the plan to an executable. */
    readonly ready: number
    /** The part of it in which the engine compiles and instantiates; undefined where it does so later. */
    readonly engine?: number | undefined
    readonly first: number
    readonly later: number
  }
  /** A training step of workloads/scaling.rnn at B = 4. */
  readonly byLength: readonly { readonly T: number; readonly ms: number }[]
  /** The same at T = 16. */
  readonly byBatch: readonly { readonly B: number; readonly ms: number }[]
  /** W5-t16. */
  readonly heap: { readonly steps: number; readonly bytes: number }
  /** W5 at a fixed length: milliseconds from source to program, and the program's characters. */
  readonly compiling: readonly { readonly T: number; readonly ms: number; readonly bytes: number }[]
}

/**
 * Gives the largest ratio of cost per unit of size, from any size to a larger one: at most 1 is linear. It may be below 1, because costs
 * that do not depend on the size, such as the optimizer's, are shared by more units.
 */
export function excess(points: readonly { readonly size: number; readonly ms: number }[]): number {
  const units = points.map(p => p.ms / p.size)
  return Math.max(...units.slice(1).map((unit, i) => unit / Math.min(...units.slice(0, i + 1))))
}

export const lengthExcess = ({ byLength }: Checks): number => excess(byLength.map(p => ({ size: p.T, ms: p.ms })))
export const batchExcess = ({ byBatch }: Checks): number => excess(byBatch.map(p => ({ size: p.B, ms: p.ms })))

export function checksText(checks: Checks): string {
  const { target, byLength, byBatch, heap, compiling, starting } = checks
  return [
    `### How ${target} grows`,
    'A training step of `workloads/scaling.rnn`, at B = 4 over T, and at T = 16 over B.',
    markdown(
      ['T', 'ms', 'µs a step and example'],
      byLength.map(p => [String(p.T), digits(p.ms), digits((p.ms * 1000) / p.T / 4)]),
    ),
    `From a length to a larger one, a step and example becomes at most ${digits(lengthExcess(checks))} times as expensive.`,
    markdown(
      ['B', 'ms', 'µs a step and example'],
      byBatch.map(p => [String(p.B), digits(p.ms), digits((p.ms * 1000) / p.B / 16)]),
    ),
    `From a batch to a larger one, a step and example becomes at most ${digits(batchExcess(checks))} times as expensive.`,
    `Heap after ${heap.steps} training steps of W5-t16: ${heap.bytes < 0 ? '−' : '+'}${digits(Math.abs(heap.bytes) / 1e6)} MB.`,
    startingText(starting),
    'Compiling the training step of W5 at a fixed T, from source to program:',
    markdown(
      ['T', 'ms', 'characters'],
      compiling.map(c => [String(c.T), digits(c.ms), String(c.bytes)]),
    ),
  ].join('\n\n')
}

function startingText({ ready, engine, first, later }: Checks['starting']): string {
  const compiled = engine === undefined ? '' : ` (${digits(engine)} ms of it in the engine)`
  return `The training step of W3-lstm is ready ${digits(ready)} ms after its plan${compiled}; its first run takes ${digits(first)} ms, a later one ${digits(later)} ms.`
}

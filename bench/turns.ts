// Describes how much sooner several threads end a step than one, both timed by turns.
import { digits, markdown } from './report.ts'

export interface Turns {
  readonly target: string
  readonly threads: number
  /** Average load of the machine in the minute before and in the last one of the measurement. */
  readonly loads: readonly number[]
  readonly found: readonly Timed[]
}

export interface Timed {
  readonly workload: string
  /** Medians of a step on one thread and on several, in ms. */
  readonly one: number
  readonly several: number
  /** The median of how many times as fast several are. */
  readonly times: number
}

export function turnsText({ target, threads, loads, found }: Turns): string {
  const rows = found.map(f => [f.workload, digits(f.one), digits(f.several), f.times.toFixed(2)])
  return [
    `### ${target} by turns with one thread, load of the machine ${loads.map(l => l.toFixed(1)).join(' to ')}`,
    markdown(['workload', '1 thread, ms', `${threads} threads, ms`, 'times as fast'], rows),
  ].join('\n\n')
}

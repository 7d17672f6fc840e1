// Runs the cases of a worker: sets up, warms up, times and reports each. serve.py does the same for workers in Python.

import { writeSync } from 'node:fs'
import { messageOf } from '../../dsl/messageOf.ts'
import type { Counts, Message } from '../protocol.ts'

export interface Case {
  /** Runs one step; the result is awaited only if it is a promise. */
  readonly step: () => unknown
  /** Difference from the workload. */
  readonly note?: string
  /** Floating-point operations of a step, if they differ from the workload's. */
  readonly flops?: number
  /** The use that the last step made of a GPU. */
  readonly counts?: () => Counts
}

/** A case that is ready to run, or the reason why there is none. */
export type Setup = () => Case | string | Promise<Case | string>

/** With `--quick`, runs are long enough to show that everything works, but too short for reliable numbers. */
export const quick = process.env.BENCH_QUICK !== undefined

/** Least number of steps that are timed. */
const least = 10
/** Duration of the warm-up, and of the timing, for short steps, in ms. */
const span = quick ? 100 : 1500
/** Steps shorter than this are timed several at once, in ms. */
const grain = 1
/** Steps longer than this are reported one by one, in ms. */
const long = 200

/** Runs the cases that the command line names, one after the other. */
export async function serve(cases: Readonly<Record<string, Setup>>): Promise<void> {
  for (const workload of process.argv.slice(2)) {
    say({ event: 'begin', workload })
    try {
      const made = await cases[workload]?.()
      if (made === undefined || typeof made === 'string')
        say({ event: 'none', workload, reason: made ?? 'not written for this system' })
      else {
        say({ event: 'ready', workload, note: made.note, flops: made.flops })
        const { step, counts } = made
        if (counts !== undefined) {
          await step()
          say({ event: 'counts', workload, ...counts() })
        }
        const ms = await time(step, taken => say({ event: 'step', workload, ms: taken }))
        say({ event: 'done', workload, ms })
      }
    } catch (error) {
      say({ event: 'none', workload, reason: messageOf(error) })
    }
  }
}

/** The median time of a step in ms, after warm-up. */
async function time(step: () => unknown, onLong: (ms: number) => void): Promise<number> {
  const run = async (count: number): Promise<number> => {
    const start = performance.now()
    for (let i = 0; i < count; i++) {
      const pending = step()
      if (pending instanceof Promise) await pending
    }
    const ms = (performance.now() - start) / count
    if (ms > long) onLong(ms)
    return ms
  }
  const warm = performance.now()
  let count = 1
  let last = await run(1)
  while (performance.now() - warm < span) {
    last = await run(count)
    count = Math.max(1, Math.ceil(grain / Math.max(last, 1e-6)))
  }
  const times: number[] = []
  const start = performance.now()
  while (times.length < least || performance.now() - start < span) times.push(await run(count))
  return median(times)
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Writes at once, so that nothing is lost if the worker is killed. */
const say = (message: Message): void => {
  writeSync(1, `${JSON.stringify(message)}\n`)
}

/** Random numbers in [-0.5, 0.5). */
export const reals = (length: number): Float32Array => Float32Array.from({ length }, () => Math.random() - 0.5)

/** Random ints below a bound. */
export const ints = (length: number, bound: number): Int32Array =>
  Int32Array.from({ length }, () => Math.floor(Math.random() * bound))

// Runs batches one after the other, written once for backends that answer at once and for devices.
import type { Ran, Results } from '../compiler/backend/backend.ts'
import { createRests } from './work.ts'

/** Yields each run when it begins, and receives its results before it goes on. */
export type Running<T> = Generator<Ran, T, Results>

/** Finishes it at once. Throws a plain Error where a run promises its results. */
export function finishRuns<T>(running: Running<T>): T {
  let turn = running.next()
  while (!turn.done) {
    const ran = turn.value
    if (ran instanceof Promise) throw new Error('a device does not answer at once')
    turn = running.next(ran)
  }
  return turn.value
}

/** Finishes it with pauses for other tasks; an abort of `signal` ends it with its reason, a run that fails with its error. */
export async function finishRunsAsync<T>(running: Running<T>, signal?: AbortSignal): Promise<T> {
  const rest = createRests()
  let turn = running.next()
  while (!turn.done) {
    turn = running.next(await turn.value)
    await rest()
    signal?.throwIfAborted()
  }
  return turn.value
}

// A thread of `npm run mutants`: judges the mutants of its share of the sites.
import { parentPort, workerData } from 'node:worker_threads'
import { equivalent } from './equivalent.ts'
import { type Fate, runMutants } from './run.ts'
import { dealt, mayHold } from './shares.ts'

export interface Task {
  readonly seed: number
  readonly drawn: number
  /** Ends before the next program after so many. */
  readonly seconds: number
  readonly thread: number
  readonly threads: number
  /** A part of the names. */
  readonly only?: string
}

export interface Message {
  /** The share of the programs for all that are done. */
  readonly done: number
  readonly fates: readonly Fate[]
}

const task: Task = workerData
const { thread, threads, only, seconds } = task
const started = performance.now()
const tell = (done: number, fates: readonly Fate[]): void => {
  const message: Message = { done, fates }
  parentPort?.postMessage(message)
}
const fates = runMutants({
  seed: task.seed,
  drawn: task.drawn,
  at: site => dealt(site, threads) === thread && (only === undefined || mayHold(site, only)),
  ...(only !== undefined && { only: (name: string) => name.includes(only) }),
  except: name => name in equivalent,
  until: () => (performance.now() - started) / 1000 > seconds,
  onProgress: tell,
})
tell(1, fates)

// A thread pool: threads that wait for programs to run together with the thread that calls. They are workers, which only Node or a page can start.
import { fail } from '../../../dsl/diagnostics.ts'
import type { FramesOfRun } from './engine.ts'
import { type Message, sharedWords, workerText } from './workerText.ts'

/** A worker that has been started. */
export interface StartedWorker {
  /** Sends it a message; what is in memory that threads share is not copied. */
  post(message: Message): void
  /** Ends it. */
  end(): void
}

/** What a worker tells. */
export interface Listener {
  readonly onMessage: (message: unknown) => void
  /** It has ended or cannot go on, for a reason. */
  readonly onEnd: (reason: string) => void
}

/** Starts a worker that runs a script, in which `receive(handler)` and `send(message)` are to be defined. */
export type StartWorker = (text: string, listener: Listener) => StartedWorker

/** A program that a pool is given. */
export interface PoolProgram {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  /** The name of the function to call with the address of a frame. */
  readonly run: string
  /** Places in the record of barriers: whether a thread has failed, and what sleeping threads wait for. */
  readonly failed: number
  readonly meetings: number
}

/** A program that a pool has loaded. */
export interface LoadedProgram {
  /** Lets the other threads begin with a run. RNN524 if one of them is there no more. */
  start(frames: FramesOfRun, record: number): void
  /** RNN524, for a run that the others have given up. */
  fail(): never
  /** Lets the others forget it. */
  end(): void
}

export interface ThreadPool {
  /** How many threads there are, with the calling one. */
  readonly threads: number
  /** Whether the calling thread may sleep: that of a page may not. */
  readonly sleeps: boolean
  load(program: PoolProgram): LoadedProgram
  /** Ends the other threads. Programs cannot run any more. */
  close(): void
}

/** The workers of a pool, what they share, and why they cannot go on. */
interface Workers {
  readonly words: Int32Array
  readonly workers: readonly StartedWorker[]
  failure?: string
}

/** Starts workers, and waits until all are ready or one has failed. */
async function startWorkers(count: number, start: StartWorker): Promise<Workers> {
  const words = new Int32Array(new SharedArrayBuffer(4 * sharedWords.count))
  const workers: StartedWorker[] = []
  const started: Workers = { words, workers }
  const ready = Array.from({ length: count }, (_, i) => {
    return new Promise<void>(resolve => {
      const onEnd = (reason: string): void => {
        started.failure ??= reason
        resolve()
      }
      const onMessage = (message: unknown): void => (message === 'ready' ? resolve() : onEnd(String(message)))
      const worker = start(workerText, { onMessage, onEnd })
      workers.push(worker)
      worker.post({ kind: 'begin', words, thread: i + 1 })
    })
  })
  await Promise.all(ready)
  return started
}

/** Starts the other threads of a pool, and waits until they are ready. RNN524 where they cannot be started. */
export async function openThreadPool(threads: number, start: StartWorker): Promise<ThreadPool> {
  const started = await startWorkers(threads - 1, start)
  const { words, workers } = started
  const close = (): void => {
    started.failure ??= 'they were ended'
    for (const worker of workers) worker.end()
  }
  if (started.failure !== undefined) {
    close()
    giveUp(started.failure)
  }
  const signal = (): void => {
    Atomics.add(words, sharedWords.epoch, 1)
    Atomics.notify(words, sharedWords.epoch)
  }
  const post = (message: Message): void => {
    Atomics.add(words, sharedWords.sent, 1)
    for (const worker of workers) worker.post(message)
    signal()
  }
  const known = { programs: 0 }
  const load = (program: PoolProgram): LoadedProgram => {
    const id = known.programs++
    const own = { ended: false }
    post({ kind: 'take', id, ...program })
    return {
      start: (frames, record) => {
        if (own.ended) throw new Error('an executable is run after its memory was freed')
        if (started.failure !== undefined) giveUp(started.failure)
        words.set([id, frames.start, frames.stride, record], sharedWords.program)
        Atomics.add(words, sharedWords.runs, 1)
        signal()
      },
      fail: () => giveUp(started.failure ?? 'one of them stopped in a run'),
      end: () => {
        if (!own.ended) post({ kind: 'forget', id })
        own.ended = true
      },
    }
  }
  return { threads, sleeps: maySleep(), load, close }
}

const giveUp = (reason: string): never => fail('RNN524', { reason })

/** Whether this thread may sleep. */
function maySleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0)
    return true
  } catch {
    return false
  }
}

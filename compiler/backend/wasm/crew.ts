// A crew: threads that wait for programs to run together with the thread that calls. They are workers, which only Node or a page can start.
import { fail } from '../../../dsl/diagnostics.ts'
import type { FramesOfRun } from './engine.ts'
import { bellWords, type Message, workerText } from './workerText.ts'

/** A worker that has been started. */
export interface Worker {
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
export type StartWorker = (text: string, listener: Listener) => Worker

/** A program that a crew is given. */
export interface CrewProgram {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  /** The name of the function to call with the address of a frame. */
  readonly run: string
  /** Places in the record of barriers: whether a thread has failed, and what sleeping threads wait for. */
  readonly failed: number
  readonly meetings: number
}

/** A program that a crew has taken. */
export interface TakenProgram {
  /** Lets the other threads begin with a run. RNN524 if one of them is there no more. */
  start(frames: FramesOfRun, record: number): void
  /** RNN524, for a run that the others have given up. */
  fail(): never
  /** Lets the others forget it. */
  end(): void
}

export interface Crew {
  /** How many threads there are, with the calling one. */
  readonly threads: number
  /** Whether the calling thread may sleep: that of a page may not. */
  readonly sleeps: boolean
  take(program: CrewProgram): TakenProgram
  /** Ends the other threads. Programs cannot run any more. */
  close(): void
}

/** Starts the other threads of a crew, and waits until they are ready. RNN524 where they cannot be started. */
export async function openCrew(threads: number, start: StartWorker): Promise<Crew> {
  const words = new Int32Array(new SharedArrayBuffer(4 * bellWords.count))
  const state: { failure?: string } = {}
  const workers: Worker[] = []
  const ring = (): void => {
    Atomics.add(words, bellWords.bell, 1)
    Atomics.notify(words, bellWords.bell)
  }
  const ready = Array.from({ length: threads - 1 }, (_, i) => {
    return new Promise<void>(resolve => {
      const failed = (reason: string): void => {
        state.failure ??= reason
        resolve()
      }
      const onMessage = (message: unknown): void => (message === 'ready' ? resolve() : failed(String(message)))
      const worker = start(workerText, { onMessage, onEnd: failed })
      workers.push(worker)
      worker.post({ kind: 'begin', words, thread: i + 1 })
    })
  })
  const close = (): void => {
    state.failure ??= 'they were ended'
    for (const worker of workers) worker.end()
  }
  await Promise.all(ready)
  if (state.failure !== undefined) {
    close()
    giveUp(state.failure)
  }
  const post = (message: Message): void => {
    Atomics.add(words, bellWords.sent, 1)
    for (const worker of workers) worker.post(message)
    ring()
  }
  const begin = (id: number, frames: FramesOfRun, record: number): void => {
    if (state.failure !== undefined) giveUp(state.failure)
    words.set([id, frames.start, frames.stride, record], bellWords.program)
    Atomics.add(words, bellWords.runs, 1)
    ring()
  }
  const known = { programs: 0 }
  return {
    threads,
    sleeps: maySleep(),
    take: program => {
      const id = known.programs++
      const own = { ended: false }
      post({ kind: 'take', id, ...program })
      return {
        start: (frames, record) => {
          if (own.ended) throw new Error('an executable is run after its memory was freed')
          begin(id, frames, record)
        },
        fail: () => giveUp(state.failure ?? 'one of them stopped in a run'),
        end: () => {
          if (!own.ended) post({ kind: 'forget', id })
          own.ended = true
        },
      }
    },
    close,
  }
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

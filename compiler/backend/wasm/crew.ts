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

/** The workers of a crew, what they share, and why they cannot go on. */
interface Hired {
  readonly words: Int32Array
  readonly workers: readonly Worker[]
  failure?: string
}

/** Starts workers, and waits until all are ready or one has failed. */
async function hire(count: number, start: StartWorker): Promise<Hired> {
  const words = new Int32Array(new SharedArrayBuffer(4 * bellWords.count))
  const workers: Worker[] = []
  const hired: Hired = { words, workers }
  const ready = Array.from({ length: count }, (_, i) => {
    return new Promise<void>(resolve => {
      const onEnd = (reason: string): void => {
        hired.failure ??= reason
        resolve()
      }
      const onMessage = (message: unknown): void => (message === 'ready' ? resolve() : onEnd(String(message)))
      const worker = start(workerText, { onMessage, onEnd })
      workers.push(worker)
      worker.post({ kind: 'begin', words, thread: i + 1 })
    })
  })
  await Promise.all(ready)
  return hired
}

/** Starts the other threads of a crew, and waits until they are ready. RNN524 where they cannot be started. */
export async function openCrew(threads: number, start: StartWorker): Promise<Crew> {
  const hired = await hire(threads - 1, start)
  const { words, workers } = hired
  const close = (): void => {
    hired.failure ??= 'they were ended'
    for (const worker of workers) worker.end()
  }
  if (hired.failure !== undefined) {
    close()
    giveUp(hired.failure)
  }
  const ring = (): void => {
    Atomics.add(words, bellWords.bell, 1)
    Atomics.notify(words, bellWords.bell)
  }
  const post = (message: Message): void => {
    Atomics.add(words, bellWords.sent, 1)
    for (const worker of workers) worker.post(message)
    ring()
  }
  const known = { programs: 0 }
  const take = (program: CrewProgram): TakenProgram => {
    const id = known.programs++
    const own = { ended: false }
    post({ kind: 'take', id, ...program })
    return {
      start: (frames, record) => {
        if (own.ended) throw new Error('an executable is run after its memory was freed')
        if (hired.failure !== undefined) giveUp(hired.failure)
        words.set([id, frames.start, frames.stride, record], bellWords.program)
        Atomics.add(words, bellWords.runs, 1)
        ring()
      },
      fail: () => giveUp(hired.failure ?? 'one of them stopped in a run'),
      end: () => {
        if (!own.ended) post({ kind: 'forget', id })
        own.ended = true
      },
    }
  }
  return { threads, sleeps: maySleep(), take, close }
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

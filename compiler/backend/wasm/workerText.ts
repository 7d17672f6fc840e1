// The script of a worker: it waits for runs, and goes to its messages when there are some.
import { mostCounted } from './countGarbage.ts'
import { memoryImport } from './encodeModule.ts'

/** Places in the words that a pool shares: numbers of 32 bits. */
export const sharedWords = {
  /** Another number whenever there is something to do. */
  epoch: 0,
  /** How many messages were sent to each worker, and how many runs there were. */
  sent: 1,
  runs: 2,
  /** The program of the last run, the address of its first frame, the bytes from one to the next, the record of its barriers. */
  program: 3,
  count: 8,
} as const

export type Message =
  | { readonly kind: 'begin'; readonly words: Int32Array; readonly thread: number }
  | {
      readonly kind: 'take'
      readonly id: number
      readonly module: WebAssembly.Module
      readonly memory: WebAssembly.Memory
      readonly run: string
      readonly failed: number
      readonly meetings: number
    }
  | { readonly kind: 'forget'; readonly id: number }

/** How often a worker looks for a run before it sleeps: some 100 microseconds, in which the next step of a training mostly comes. */
const spins = 50_000

const { epoch, sent, runs, program } = sharedWords

/** The script, which uses `receive(handler)` and `send(message)`. */
export const workerText = `
const programs = new Map()
const now = { words: undefined, thread: 0, received: 0, runs: 0 }

receive(message => {
  if (message.kind === 'begin') {
    now.words = message.words
    now.thread = message.thread
    send('ready')
  } else {
    now.received++
    if (message.kind === 'forget') forget(message.id)
    else programs.set(message.id, taken(message))
  }
  work()
})

/** Lets a memory go, and makes as much garbage that V8 counts, as it does not count what threads share. */
function forget(id) {
  new ArrayBuffer(Math.min(programs.get(id).memory.buffer.byteLength, ${mostCounted}))
  programs.delete(id)
}

function taken({ module, memory, run, failed, meetings }) {
  const { exports } = new WebAssembly.Instance(module, { ${memoryImport.module}: { ${memoryImport.name}: memory } })
  const start = (frame, record) => {
    try {
      exports[run](frame)
    } catch (error) {
      // Lets the others go, who would wait for this thread.
      const isFirst = Atomics.exchange(new Int32Array(memory.buffer, record + failed, 1), 0, 1) === 0
      Atomics.notify(new Int32Array(memory.buffer, record + meetings, 1), 0)
      if (isFirst) send('one of them stopped: ' + error)
    }
  }
  return { memory, start }
}

/** Runs what is to be run, until there are messages. */
function work() {
  const { words, thread } = now
  for (;;) {
    const seen = Atomics.load(words, ${epoch})
    if (Atomics.load(words, ${sent}) !== now.received) return
    const runs = Atomics.load(words, ${runs})
    if (runs === now.runs) wait(words, seen)
    else {
      now.runs = runs
      const [id, start, stride, record] = words.subarray(${program}, ${program + 4})
      programs.get(id).start(start + thread * stride, record)
    }
  }
}

function wait(words, seen) {
  for (let i = 0; i < ${spins}; i++) if (Atomics.load(words, ${epoch}) !== seen) return
  Atomics.wait(words, ${epoch}, seen)
}
`

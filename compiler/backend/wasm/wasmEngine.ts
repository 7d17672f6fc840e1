// Runs a program as WebAssembly. Where the engine can share memories, the memory is of that kind: arrays of it stay what they are as it grows.
import { fail } from '../../../dsl/diagnostics.ts'
import { messageOf } from '../../../dsl/messageOf.ts'
import type { Schedule } from '../../schedule/schedule.ts'
import { mostSleeps, recordPlaces } from './barrier.ts'
import { countGarbage } from './countGarbage.ts'
import { encodeModule, memoryImport, mostPages, pageBytes } from './encodeModule.ts'
import type { Engine, FramesOfRun } from './engine.ts'
import type { ThreadPool } from './threadPool.ts'

/** A memory of so many pages. */
type MakeMemory = (pages: number) => WebAssembly.Memory

const sharedMemory: MakeMemory = initial => new WebAssembly.Memory({ initial, maximum: mostPages, shared: true })
const ownMemory: MakeMemory = initial => new WebAssembly.Memory({ initial })

/** Whether memories can be shared here: not everywhere where pages are isolated from each other. */
export function canShare(): boolean {
  try {
    return sharedMemory(1).buffer.byteLength > 0
  } catch {
    return false
  }
}

export interface EngineOptions {
  readonly relaxed: boolean
  /** Whether to use a memory of the kind that threads may share; if left out, where that is possible. */
  readonly shared?: boolean
  /** The threads that run the program, which was scheduled for several; one, without barriers, if left out. */
  readonly pool?: ThreadPool
}

/** Makes what a page may forbid. RNN526 where it does: some engines compile a module, and refuse only to instantiate it. */
function permitted<T>(make: () => T): T {
  try {
    return make()
  } catch (error) {
    const reason = messageOf(error)
    // In the words of Chromium, of Firefox and of WebKit.
    if (!/disallow|by CSP|unsafe-eval/i.test(reason)) throw error
    return fail('RNN526', { target: 'wasm', reason: reason.split('\n')[0], word: "'wasm-unsafe-eval'" })
  }
}

/** Assembles a program. A pool needs a shared memory. */
export function wasmEngine({ program, run }: Schedule, { relaxed, shared = canShare(), pool }: EngineOptions): Engine {
  const bytes = encodeModule(program, { exports: [run], relaxed, shared, names: true })
  const module = permitted(() => new WebAssembly.Module(bytes))
  const make = shared ? sharedMemory : ownMemory
  const owned = new WeakSet<ArrayBufferLike>()
  let memory = make(1)
  let start = entryOf(module, memory, run)
  // The same object until the memory grows; to ask the memory each time takes longer.
  let buffer: ArrayBufferLike = memory.buffer
  owned.add(buffer)
  const freed = (): never => {
    throw new Error('an executable is run after its memory was freed')
  }
  const known: { isFreed: boolean; isGiven: boolean; together?: Together } = { isFreed: false, isGiven: false }
  return {
    threads: pool?.threads ?? 1,
    sleeps: pool?.sleeps ?? true,
    buffer: () => buffer,
    bufferForViews: () => {
      known.isGiven = true
      return buffer
    },
    // An array over what the memory was before it grew lies in it as well, if it grew in its place.
    owns: array => (shared ? array.buffer === buffer || owned.has(array.buffer) : array.buffer === buffer),
    grow: bytes => {
      if (known.isFreed) freed()
      if (bytes <= buffer.byteLength) return
      const pages = pagesFor(bytes)
      // Another memory, as long as that takes nothing from anyone: V8 keeps shared memories that have grown alive for long. One that is not
      // shared would be taken from under the arrays that were given out if it grew.
      if (shared && known.isGiven) memory.grow(pages - buffer.byteLength / pageBytes)
      else {
        memory = make(pages)
        start = entryOf(module, memory, run)
      }
      if (shared) countGarbage(pages * pageBytes)
      buffer = memory.buffer
      owned.add(buffer)
    },
    run: (frames, record) => {
      if (pool === undefined) start(frames.start)
      else {
        known.together ??= startTogether(pool, module, memory, run)
        known.together.run(frames, record, start)
      }
    },
    dispose: () => {
      known.isFreed = true
      known.together?.end()
      if (shared) countGarbage(buffer.byteLength)
      start = freed
      // The engine frees a memory that nothing refers to.
      memory = ownMemory(0)
      buffer = memory.buffer
    },
  }
}

/** Pages for so many bytes, and for more that is soon to come: pages to which nothing is written cost nothing. RNN519 where they are too many. */
function pagesFor(bytes: number): number {
  const pages = Math.ceil(bytes / pageBytes)
  if (pages > mostPages)
    fail('RNN519', { doing: 'a run on WebAssembly', needed: inGigabytes(pages), there: inGigabytes(mostPages) })
  return Math.min(mostPages, Math.ceil(1.5 * pages) + 16)
}

interface Together {
  run(frames: FramesOfRun, record: number, start: (frame: number) => void): void
  end(): void
}

/** Gives the program to a pool. What it gives runs it on frames in the pool's threads and this one. */
function startTogether(
  pool: ThreadPool,
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  run: string,
): Together {
  const known: { words?: Int32Array<ArrayBufferLike> } = {}
  const program = pool.load({ module, memory, run, failed: recordPlaces.failed, meetings: recordPlaces.meetings })
  const wordsOf = (record: number): Int32Array<ArrayBufferLike> => {
    known.words ??= new Int32Array(memory.buffer, record, recordPlaces.meetings / 4 + 1)
    return known.words
  }
  return {
    run: (frames: FramesOfRun, record: number, start: (frame: number) => void) => {
      const words = wordsOf(record)
      words[recordPlaces.threads / 4] = frames.threads
      words[recordPlaces.mostSleeps / 4] = mostSleeps
      if (frames.threads > 1) program.start(frames, record)
      try {
        start(frames.start)
      } catch (error) {
        const isOthers = Atomics.exchange(words, recordPlaces.failed / 4, 1) !== 0
        Atomics.notify(words, recordPlaces.meetings / 4)
        if (isOthers) program.fail()
        throw error
      }
    },
    end: program.end,
  }
}

const inGigabytes = (pages: number): string => `${((pages * pageBytes) / 2 ** 30).toFixed(1)} GB`

function entryOf(module: WebAssembly.Module, memory: WebAssembly.Memory, run: string): (frame: number) => void {
  const imports = { [memoryImport.module]: { [memoryImport.name]: memory } }
  const { exports } = permitted(() => new WebAssembly.Instance(module, imports))
  const entry = exports[run]
  if (typeof entry !== 'function') throw new Error(`the module exports no ${run}`)
  return frame => entry(frame)
}

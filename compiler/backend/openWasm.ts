// Opens the WebAssembly backends for several threads.
import { isFailure } from '../../dsl/diagnostics.ts'
import type { Backend } from './backend.ts'
import { openThreadPool, type StartWorker } from './wasm/threadPool.ts'
import { canShare } from './wasm/wasmEngine.ts'
import { startWebWorker } from './wasm/webWorker.ts'
import { wasm, wasmRelaxed, wasmTogether } from './wasm.ts'

/** How WebAssembly runs. */
export interface WasmOptions {
  /** How many threads run a network together. Results are the same for any number. */
  readonly threads: number
  /** Whether products and sums are rounded once where the processor can, as by `wasm-relaxed`. */
  readonly relaxed?: boolean
  /** Operations of a run from which on all threads take part, for tests; if left out, those that are worth the waiting. */
  readonly leastWork?: number
}

/** WebAssembly on threads that were started. */
export interface WasmBackend extends Backend {
  /** How many threads there are. */
  readonly threads: number
  /** Why there is only one, if more were asked for. */
  readonly why?: string
  /** Ends the other threads. Its executables cannot run any more. */
  close(): void
}

/**
 * Opens the backend in a page or a worker of one, with Web Workers. Where pages are not isolated from each other, or may start no workers,
 * it has one thread and says why. Throws a RangeError for a number of threads that is none. In Node use that of `rnnc/node`.
 */
export const openWasm = (options: WasmOptions): Promise<WasmBackend> => openWasmBy(startWebWorker, options)

/** The most threads that may be asked for. */
export const mostThreads = 64

/** Opens the backend with workers that `start` starts. */
export async function openWasmBy(start: StartWorker, options: WasmOptions): Promise<WasmBackend> {
  const { threads, relaxed = false } = options
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= mostThreads))
    throw new RangeError(`threads should be a whole number from 1 to ${mostThreads}, not ${threads}`)
  const alone = { ...(relaxed ? wasmRelaxed : wasm), threads: 1, close: () => {} }
  if (threads === 1) return alone
  // Some engines make memories of that kind for a page that may not send them to another thread.
  if (typeof SharedArrayBuffer === 'undefined' || !canShare())
    return { ...alone, why: `threads cannot share memory here: ${notShared()}` }
  try {
    const pool = await openThreadPool(threads, start)
    return { ...wasmTogether(pool, { ...options, relaxed }), threads, close: pool.close }
  } catch (error) {
    if (!isFailure(error, 'RNN524')) throw error
    return { ...alone, why: error.diagnostics[0].message }
  }
}

const notShared = (): string =>
  Reflect.get(globalThis, 'crossOriginIsolated') === true
    ? 'the browser does not let them'
    : 'the page is not cross-origin isolated'

// Opens WebAssembly on several threads under Node, with worker_threads.
import { Worker } from 'node:worker_threads'
import { openWasmBy, type WasmBackend, type WasmOptions } from '../../compiler/backend/openWasm.ts'
import type { StartWorker } from '../../compiler/backend/wasm/threadPool.ts'
import { messageOf } from '../../dsl/messageOf.ts'

const links = `
const { parentPort } = require('node:worker_threads')
const receive = handler => parentPort.on('message', handler)
const send = message => parentPort.postMessage(message)
`

/** Workers end with the process, which waits for them only until they are ready. */
const startNodeWorker: StartWorker = (text, { onMessage, onEnd }) => {
  // The options of the process are not for this script: one would make it a module.
  const worker = new Worker(links + text, { eval: true, execArgv: [] })
  worker.on('message', message => {
    // From here on the process need not wait for it.
    worker.unref()
    onMessage(message)
  })
  worker.on('error', error => onEnd(messageOf(error)))
  worker.on('exit', () => onEnd('one of them ended'))
  return { post: message => worker.postMessage(message), end: () => void worker.terminate() }
}

/** Opens the backend for so many threads. Its results are those of one thread, to the last bit. */
export const openWasm = (options: WasmOptions): Promise<WasmBackend> => openWasmBy(startNodeWorker, options)

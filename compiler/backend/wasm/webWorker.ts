// Starts workers in a page: Web Workers, from a script in memory.
import type { StartWorker } from './threadPool.ts'

const links = `
const receive = handler => { onmessage = ({ data }) => handler(data) }
const send = message => postMessage(message)
`

/** A page with a content security policy must allow `worker-src blob:`. */
export const startWebWorker: StartWorker = (text, { onMessage, onEnd }) => {
  const ended = (reason: string) => {
    onEnd(reason)
    return { post: () => {}, end: () => {} }
  }
  if (typeof Worker === 'undefined') return ended('there are no Web Workers here; in Node use `openWasm` of rnnc/node')
  const url = URL.createObjectURL(new Blob([links, text], { type: 'text/javascript' }))
  const worker = workerFrom(url)
  if (worker === undefined) return ended(refused)
  worker.onmessage = ({ data }) => {
    // It has read its script.
    URL.revokeObjectURL(url)
    onMessage(data)
  }
  worker.onerror = ({ message }) => onEnd(message ?? refused)
  return { post: message => worker.postMessage(message), end: () => worker.terminate() }
}

const refused = 'the page may not start a worker'

/** Starts a worker; undefined where the page may not, in an engine that says so at once. */
function workerFrom(url: string): Worker | undefined {
  try {
    return new Worker(url)
  } catch {
    URL.revokeObjectURL(url)
    return undefined
  }
}

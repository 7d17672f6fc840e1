// Starts workers in a page: Web Workers, from a script in memory.
import type { StartWorker } from './crew.ts'

const links = `
const receive = handler => { onmessage = ({ data }) => handler(data) }
const send = message => postMessage(message)
`

/** A page with a content security policy must allow `worker-src blob:`. */
export const startWebWorker: StartWorker = (text, { onMessage, onEnd }) => {
  if (typeof Worker === 'undefined') {
    onEnd('there are no Web Workers here; in Node use `openWasm` of rnnc/node')
    return { post: () => {}, end: () => {} }
  }
  const url = URL.createObjectURL(new Blob([links, text], { type: 'text/javascript' }))
  const worker = new Worker(url)
  worker.onmessage = ({ data }) => {
    // It has read its script.
    URL.revokeObjectURL(url)
    onMessage(data)
  }
  worker.onerror = ({ message }) => onEnd(message ?? 'the page may not start a worker')
  return { post: message => worker.postMessage(message), end: () => worker.terminate() }
}

// The worker of a target of this compiler on several threads: THREADS says how many, TARGET which.
import { openWasm } from '../../runtime/node/index.ts'
import { workloads } from '../workloads.ts'
import { rnncCase } from './rnnc.ts'
import { serve } from './serve.ts'

const backend = await openWasm({
  threads: Number(process.env.THREADS),
  relaxed: process.env.TARGET === 'wasm-relaxed',
})
await serve(Object.fromEntries(workloads.map(w => [w.id, () => rnncCase(backend, w)])))
await backend.close()

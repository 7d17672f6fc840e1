// The worker of this compiler's GPU target. Without workloads it only opens the device, and fails if there is none.
import { openGpu } from '../../runtime/node/index.ts'
import { workloads } from '../workloads.ts'
import { webGpuCase } from './rnnc.ts'
import { serve } from './serve.ts'

const backend = await openGpu()
await serve(Object.fromEntries(workloads.map(w => [w.id, () => webGpuCase(backend, w)])))
await backend.close()

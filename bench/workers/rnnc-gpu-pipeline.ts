// The worker of the baseline of the GPU target. Without workloads it only opens the device, and fails if there is none.
import { workloads } from '../workloads.ts'
import { openPipelineInDawn } from './pipelineInDawn.ts'
import { gpuCase } from './rnnc.ts'
import { serve } from './serve.ts'

const { backend, description } = await openPipelineInDawn()
const note = `the same plan by createPipeline of gpu.js, on ${description}`
await serve(Object.fromEntries(workloads.map(w => [w.id, () => gpuCase(backend, w, { note })])))
await backend.close()

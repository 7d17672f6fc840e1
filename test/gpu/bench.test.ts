// The bench on a device: a case learns, and says what a step takes.
import assert from 'node:assert/strict'
import { it } from 'vitest'
import { openPipelineInDawn } from '../../bench/workers/pipelineInDawn.ts'
import { webGpuCase } from '../../bench/workers/rnnc.ts'
import { workloads } from '../../bench/workloads.ts'
import { needs } from '../support/needs.ts'
import { modelChecks } from './checks.ts'
import { openBackend, skipped } from './support.ts'

it('a case of the bench learns on a GPU, in one submit that brings back three numbers', needs(skipped), async () => {
  const backend = await openBackend()
  const { step, counts, note } = webGpuCase(backend, workloads.find(w => w.id === 'W5-t2')!)
  const first = await step()
  for (let i = 0; i < 100; i++) await step()
  const last = await step()
  assert.ok(typeof first === 'number' && typeof last === 'number' && last < first)
  const { kernels, submits, bytesRead } = counts?.() ?? assert.fail()
  assert.ok(kernels > 20)
  // The loss, and the sum and the count of its average.
  assert.deepEqual([submits, bytesRead], [1, 12])
  assert.match(note ?? '', /^on ./)
  await backend.close()
})

it('what the bench compares the GPU with computes the same', needs(skipped), async () => {
  const { backend } = await openPipelineInDawn()
  for (const { run } of modelChecks.slice(0, 2)) await run(backend)
  await backend.close()
})

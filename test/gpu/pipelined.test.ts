// Plans through gpu.js' pipelines on its fallbacks, in Node, against the interpreter: single ops, whole models, random programs.
import { after, before, describe, it } from 'node:test'
import { type PipelinedBackend, pipelinedBackend } from '../../compiler/backend/gpu/pipelined.ts'
import { graphChecks, modelChecks, randomChecks } from './checks.ts'

for (const mode of ['webasm', 'cpu'] as const)
  describe(`pipelines on ${mode}`, () => {
    let backend: PipelinedBackend
    before(async () => {
      backend = await pipelinedBackend(mode)
    })
    after(() => backend.close())

    for (const { name, run } of [...graphChecks, ...modelChecks]) it(name, () => run(backend))

    const runs = Number(process.env.RNNC_GPU_PROGRAMS ?? 24)
    it(`${runs} random programs, forward and backward`, async () => {
      for (const { run } of randomChecks(runs)) await run(backend)
    })
  })

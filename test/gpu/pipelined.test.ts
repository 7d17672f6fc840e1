// Plans through gpu.js' pipelines on its fallbacks, in Node, against the interpreter: single ops, whole models, fixtures, traps.
import { afterAll, beforeAll, describe, it } from 'vitest'
import { loadPipelines } from '../../compiler/backend/gpu/gpuLibrary.ts'
import { type PipelinedBackend, pipelinedBackend } from '../../compiler/backend/gpu/pipelined.ts'
import * as keras from '../keras/files.ts'
import { fixtureCheck, graphChecks, modelChecks } from './checks.ts'
import { trapChecks } from './traps.ts'

// One check in so many is made: webgpu.test.ts makes them all. `RNNC_GPU_PROGRAMS` makes them all here as well.
const shares = process.env.RNNC_GPU_PROGRAMS === undefined ? { webasm: 3, cpu: 12 } : { webasm: 1, cpu: 1 }

for (const mode of ['webasm', 'cpu'] as const)
  describe(`pipelines on ${mode}`, () => {
    let backend: PipelinedBackend
    beforeAll(async () => {
      backend = pipelinedBackend(mode, await loadPipelines(mode))
    })
    afterAll(() => backend.close())

    const every = shares[mode]
    const checks = [...graphChecks, ...modelChecks].filter((_, i) => i % every === 0)
    for (const { name, run } of [...checks, ...trapChecks]) it(name, () => run(backend))

    describe('the fixtures of Keras', () => {
      const list = keras.kerasCases().filter((_, i) => i % every === 0)
      for (const { name, run } of list.map(fixtureCheck)) it(name, () => run(backend))
    })
  })

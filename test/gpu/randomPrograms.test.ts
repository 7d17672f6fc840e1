// Random programs, forward and backward, on every device that there is: one drawing, whose results the interpreter gives once.
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, it } from 'vitest'
import type { AsyncBackend } from '../../compiler/backend/backend.ts'
import { loadPipelines } from '../../compiler/backend/gpu/gpuLibrary.ts'
import { pipelinedBackend } from '../../compiler/backend/gpu/pipelined.ts'
import * as browsers from '../browser/support.ts'
import { isRecord } from '../cli/support.ts'
import { needs } from '../support/needs.ts'
import { type ArrayText, fromText, toText } from './arrayText.ts'
import { createRandomPrograms } from './randomPrograms.ts'
import { runProgram } from './runProgram.ts'
import { openBackend, skipped } from './support.ts'

const programs = createRandomPrograms()

/** How many run on each device, unless `RNNC_GPU_PROGRAMS` says it. In a page only then: `browser.test.ts` runs whole models there. */
const few = { webgpu: 10, webasm: 4, cpu: 2 }
const asked = process.env.RNNC_GPU_PROGRAMS
const countOf = (otherwise: number): number => (asked === undefined ? otherwise : Number(asked))

const inNode = {
  webgpu: { missing: skipped, open: openBackend },
  webasm: { missing: false, open: async () => pipelinedBackend('webasm', await loadPipelines('webasm')) },
  cpu: { missing: false, open: async () => pipelinedBackend('cpu', await loadPipelines('cpu')) },
} as const satisfies Record<
  string,
  { missing: string | false; open: () => Promise<AsyncBackend & { close(): unknown }> }
>

for (const name of ['webgpu', 'webasm', 'cpu'] as const)
  describe(`in Node, by ${name}`, needs(inNode[name].missing), () => {
    let backend: AsyncBackend & { close(): unknown }
    beforeAll(async () => {
      backend = await inNode[name].open()
    })
    afterAll(() => backend.close())

    const count = countOf(few[name])
    it(`${count} random programs, forward and backward`, async () => {
      for (const program of programs(count)) program.check(await runProgram(backend, program))
    })
  })

describe.runIf(asked !== undefined)('in a browser', needs(browsers.skipped), () => {
  const count = countOf(0)
  const result = browsers.usePage({
    gpu: true,
    // The host's part, which draws, is the js backend's: it makes functions of text.
    policy: "default-src 'self'; script-src 'self' 'unsafe-eval'",
    files: async () => ({
      'page.js': await browsers.bundle(fileURLToPath(new URL('randomPage.ts', import.meta.url)), {
        alias: { 'node:assert/strict': fileURLToPath(new URL('assertInPage.ts', import.meta.url)) },
      }),
      'programs.json': JSON.stringify(
        programs(count).map(({ source, sizes, inputs }) => ({
          source,
          sizes,
          inputs: toText(inputs),
        })),
      ),
    }),
  })

  for (const device of ['webgpu', 'webgl2'] as const) {
    it(`${count} random programs, by ${device}`, async () => {
      const found = await result(JSON.stringify({ device, count }), 3_600_000)
      assert.ok(isRecord(found) && Array.isArray(found.results))
      assert.equal(found.device, device)
      assert.equal(found.results.length, count)
      const results: readonly { predict: ArrayText; gradient: ArrayText }[] = found.results
      programs(count).forEach((program, i) => {
        const { predict, gradient } = results[i]
        program.check({ predict: fromText(predict), gradient: fromText(gradient) })
      })
    })
  }
})

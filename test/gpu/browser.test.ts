// Checks on the GPU of a browser, by WebGPU and by WebGL2: parts of what is checked in Node.
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { describe, it } from 'vitest'
import { bundle, skipped, usePage } from '../browser/support.ts'
import { isRecord } from '../cli/support.ts'
import * as keras from '../keras/files.ts'
import { needs } from '../support/needs.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const assertions = { 'node:assert/strict': here('assertInPage.ts') }

describe('the GPU of a browser', needs(skipped), () => {
  const result = usePage({
    gpu: true,
    // The host's part, which draws, is the js backend's: it makes functions of text.
    policy: "default-src 'self'; script-src 'self' 'unsafe-eval'",
    files: async () => ({
      'page.js': await bundle(here('page.ts'), { alias: assertions }),
      'keras.json': JSON.stringify(keras.kerasCases()),
    }),
  })

  // WebGL2 takes some 50 ms for each kernel of a program: one whole model, an LSTM forward and backward, stands for the others. What WebGPU
  // computes is checked in Node. `RNNC_GPU_PROGRAMS` checks all.
  const whole = process.env.RNNC_GPU_PROGRAMS !== undefined
  const all = { every: 1, models: 6, traps: 1, fixtures: [0] }
  const shares = {
    webgpu: { every: 16, models: 1, traps: 8, fixtures: [0, 1] },
    webgl2: { every: 16, models: 1, traps: 2, fixtures: [0, 0] },
  }
  for (const [device, share] of Object.entries(shares)) {
    it(`agrees with the interpreter by ${device}`, async () => {
      const asked = whole ? all : share
      const timeout = whole ? 3_600_000 : 240_000
      const found = await result(JSON.stringify({ device, ...asked }), timeout)
      assert.ok(isRecord(found) && typeof found.count === 'number')
      assert.deepEqual(found.failures, [])
      assert.equal(found.device, device)
      assert.ok(found.count > 12)
    })
  }
})

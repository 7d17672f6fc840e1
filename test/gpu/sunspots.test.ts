// The sunspots example, trained on the GPU from the file to the test years: it does as well as js does with the same seed. It is less patient
// than the example, and in a browser, where the GPU is the same code, it makes fewer epochs.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, it } from 'vitest'
import type { AnyBackend } from '../../compiler/backend/backend.ts'
import { js } from '../../compiler/backend/js.ts'
import { meanAbsoluteError, openRecord } from '../../examples/sunspots/experiment.ts'
import { compile, fit } from '../../runtime/index.ts'
import * as browsers from '../browser/support.ts'
import { isRecord } from '../cli/support.ts'
import { needs } from '../support/needs.ts'
import { openBackend, skipped } from './support.ts'

const file = (name: string): Buffer => readFileSync(new URL(`../../examples/sunspots/${name}`, import.meta.url))
const source = file('sunspots.rnn').toString()

/** What the test years are off by, in sunspots, after training by a program. */
async function trained(program: string, backend: AnyBackend) {
  const model = compile(program)
  const record = await openRecord(model, { read: file })
  const result = await fit(model, record.data, { target: backend, seed: 1 })
  return {
    backend: result.backend,
    steps: result.steps,
    mae: meanAbsoluteError(record.predict(result), record.figures, record.test),
  }
}

function alike(found: unknown, expected: Awaited<ReturnType<typeof trained>>): void {
  assert.ok(isRecord(found))
  assert.equal(found.backend, 'gpu')
  assert.equal(expected.backend, 'js')
  assert.equal(found.steps, expected.steps)
  assert.ok(Math.abs(Number(found.mae) / expected.mae - 1) < 0.02, `${found.mae}, and js has ${expected.mae}`)
}

describe('the sunspots example', () => {
  it('trained until it stops by itself, in Node', needs(skipped), async () => {
    const hasty = source.replace('patience = 40', 'patience = 8')
    assert.notEqual(hasty, source)
    const expected = await trained(hasty, js)
    assert.ok(expected.mae < 15.15, 'AR(9) on the raw figures')
    const backend = await openBackend()
    alike(await trained(hasty, backend), expected)
    await backend.close()
  })

  describe('trained for some epochs in a browser', needs(browsers.skipped), () => {
    const short = source.replace('epochs = 300', 'epochs = 8')
    const result = browsers.usePage({
      gpu: true,
      policy: "default-src 'self'; script-src 'self' 'unsafe-eval'",
      files: async () => ({
        'page.js': await browsers.bundle(fileURLToPath(new URL('sunspotsPage.ts', import.meta.url))),
        'sunspots.rnn': short,
        'sunspots.csv': file('sunspots.csv').toString(),
      }),
    })

    it('on WebGPU', async () => {
      const expected = await trained(short, js)
      alike(await result('', 300_000), expected)
    })
  })
})

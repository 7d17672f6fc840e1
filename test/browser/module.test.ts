// A built module in a page that allows no evaluation of text: it gives the numbers of Node.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { describe, it } from 'vitest'
import { isRecord, json, series, wave, workplace } from '../cli/support.ts'
import { needs } from '../support/needs.ts'
import { type BrowserName, browsers, skippedIn, usePage } from './support.ts'

const past = [1000, 1010, 1020, 1030, 1020, 1010, 990, 980, 970, 960, 970, 980]

const script = `import { create } from '/wave.mjs'
const model = create()
const past = ${JSON.stringify(past)}
const answers = { raw: Array.from(model.run({ past }).next), next: Array.from(model.predict({ past }).next) }
let evaluated = true
try { new Function('return 1')() } catch { evaluated = false }
document.querySelector('output').textContent = JSON.stringify({ ...answers, evaluated, backend: model.backend })
`

// What a page must allow for modules of each target.
const policies = [
  { target: 'js', policy: "script-src 'self'" },
  { target: 'wasm', policy: "script-src 'self' 'wasm-unsafe-eval'" },
]

/** To start another browser takes seconds: what those have to show is WebAssembly. */
const policiesIn = (browser: BrowserName) => policies.filter(p => browser === 'chromium' || p.target === 'wasm')

describe.each(browsers)('in %s', browser => {
  describe.each(policiesIn(browser))('a built module of $target', needs(skippedIn(browser)), ({ target, policy }) => {
    const place = workplace({ 'wave.rnn': series(), 'wave.csv': wave() })
    const result = usePage({
      browser,
      policy,
      refused: /script-src/,
      files: async () => {
        await place.ok('train', 'wave.rnn')
        const built = await place.ok('build', 'wave.safetensors', '-o', 'wave.mjs', '--target', target, '--json')
        assert.equal(json(built).embedded, true)
        return { 'page.js': script, 'wave.mjs': readFileSync(place.path('wave.mjs'), 'utf8') }
      },
    })

    it(`runs under \`${policy}\``, async () => {
      const found = await result()
      assert.ok(isRecord(found) && Array.isArray(found.raw) && Array.isArray(found.next))
      assert.equal(found.evaluated, false, 'the page must allow no evaluation')
      assert.equal(found.backend, target)
      const model = (await import(pathToFileURL(place.path('wave.mjs')).href)).create()
      const close = (a: readonly number[], b: ArrayLike<number>): void => {
        assert.equal(a.length, b.length)
        for (const [i, value] of a.entries())
          assert.ok(Math.abs(value - b[i]) <= 1e-5 * Math.abs(b[i]), `${value}, ${b[i]}`)
      }
      close(found.raw, model.run({ past }).next)
      close(found.next, model.predict({ past }).next)
    })
  })
})

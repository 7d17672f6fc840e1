// Threads in a page: where pages are isolated from each other they train together, to the bits of one; elsewhere there is one, and a reason.
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { describe, it } from 'vitest'
import { once } from '../../runtime/once.ts'
import { isRecord, series, wave } from '../cli/support.ts'
import { needs } from '../support/needs.ts'
import { browsers, bundle, skippedIn, usePage } from './support.ts'

const source = series('optimizer = Adam(0.02); epochs = 2; batch = 8; seed = 5')

const library = once(() => bundle(fileURLToPath(new URL('../../runtime/index.ts', import.meta.url))))

const script = `import { compile, fit, loadData, openWasm } from '/rnnc.js'
const [source, csv] = await Promise.all(['/wave.rnn', '/wave.csv'].map(async path => (await fetch(path)).text()))
const model = compile(source)
const data = await loadData(model, { read: () => new TextEncoder().encode(csv) })
const results = []
for (const threads of [1, 2, 3]) {
  const backend = await openWasm({ threads, leastWork: 0 })
  const { weights, ...ran } = await fit(model, data, { target: backend })
  const bits = Object.values(weights).map(values => Array.from(new Int32Array(values.slice().buffer)))
  results.push({ asked: threads, threads: backend.threads, ran: ran.threads ?? 1, why: backend.why, bits })
  backend.close()
}
document.querySelector('output').textContent = JSON.stringify({ isolated: crossOriginIsolated, results })
`

const files = async () => ({
  'page.js': script,
  'rnnc.js': await library(),
  'wave.rnn': source,
  'wave.csv': wave(),
})

/** Asserts what a page may do, and that its weights are always the same. */
function check(result: unknown, isolated: boolean, threads: readonly number[], why: RegExp): void {
  assert.ok(isRecord(result) && Array.isArray(result.results))
  assert.equal(result.isolated, isolated)
  const { results } = result
  assert.deepEqual(
    results.map(r => r.threads),
    threads,
  )
  assert.deepEqual(
    results.map(r => r.ran),
    threads,
  )
  for (const r of results) {
    assert.deepEqual(r.bits, results[0].bits)
    assert.match(r.why ?? '', r.threads === r.asked ? /^$/ : why)
  }
}

const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'"
const withWorkers = `${policy}; worker-src blob:`

describe.each(browsers)('threads in %s', browser => {
  const missing = needs(skippedIn(browser))
  describe('in a page that is isolated', missing, () => {
    const result = usePage({ browser, policy: withWorkers, files, isolated: true })
    it('train together', async () => check(await result(), true, [1, 2, 3], /^$/))
  })

  describe('in a page that is not isolated', missing, () => {
    const result = usePage({ browser, policy: withWorkers, files })
    it('are one', async () => check(await result(), false, [1, 1, 1], /not cross-origin isolated/))
  })

  describe('in a page that may start no workers', missing, () => {
    const result = usePage({ browser, policy, files, isolated: true, refused: /worker/i })
    it('are one', async () => check(await result(), true, [1, 1, 1], /the page may not start a worker/))
  })
})

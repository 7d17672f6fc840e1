// The library in a page: it trains, predicts and streams there as in Node, and says what the page's policy forbids.
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { describe, it } from 'vitest'
import { compile, fit, predict } from '../../runtime/index.ts'
import { once } from '../../runtime/once.ts'
import { isRecord } from '../cli/support.ts'
import { needs } from '../support/needs.ts'
import { browsers, bundle, skippedIn, usePage } from './support.ts'

const library = once(() => bundle(fileURLToPath(new URL('../../runtime/index.ts', import.meta.url))))

/** The sign of the sum of a sequence, which a label names. */
const source = `model Signs {
  input x: [2] over T
  target sign: class of K
  p = x |> GRU(4) |> last |> dense(K, softmax)
  loss cross_entropy(p, sign)
  predict sign from p
  output q = p
}`

const data = {
  x: Array.from({ length: 40 }, (_, i) =>
    Array.from({ length: 2 + (i % 3) }, (_, t) => [i % 2 === 0 ? 1 : -1, Math.sin(i + t)]),
  ),
  sign: Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 'plus' : 'minus')),
}

const settings = { epochs: 6, batch: 8, seed: 3, validation: 0.2, optimizer: 'Adam(0.02)' } as const

/** Trains, saves, loads, predicts and streams, with each target. */
const script = `import { compile, evaluate, fit, load, predict, save, stream } from '/rnnc.js'
const [source, data] = await Promise.all(['/signs.rnn', '/data.json'].map(async path => (await fetch(path)).text()))
const { x, sign } = JSON.parse(data)
const run = async target => {
  try {
    const trained = await fit(compile(source), { x, sign }, { ...${JSON.stringify(settings)}, target })
    const loaded = await load(await save(trained))
    const { sign: signs, q } = predict(loaded, { x }, { target })
    const steps = stream(loaded, { target })
    const answers = x[1].map(element => steps.step({ x: element }).sign)
    const { loss } = await evaluate(loaded, { x, sign }, { target })
    const path = await save(trained, 'a.safetensors').catch(error => error.message)
    return { path, backend: trained.backend, losses: trained.history.map(e => e.validation.loss), signs, q, answers, loss }
  } catch (error) {
    return { error: error.message }
  }
}
const results = { js: await run('js'), wasm: await run('wasm'), relaxed: await run('wasm-relaxed') }
document.querySelector('output').textContent = JSON.stringify(results)
`

const files = async () => ({
  'page.js': script,
  'rnnc.js': await library(),
  'signs.rnn': source,
  'data.json': JSON.stringify(data),
})

/** Asserts that a page has learned and predicts what Node does. */
async function likeNode(found: unknown, target: 'js' | 'wasm' | 'wasm-relaxed'): Promise<void> {
  assert.ok(isRecord(found) && Array.isArray(found.losses) && Array.isArray(found.q), JSON.stringify(found))
  const { losses } = found
  const here = await fit(compile(source), data, { ...settings, target })
  assert.equal(found.backend, target)
  here.history.forEach(({ validation }, i) => {
    assert.ok(validation !== undefined && Math.abs(losses[i] - validation.loss) <= 1e-5, `epoch ${i + 1}`)
  })
  const { sign, q } = predict(here, { x: data.x }, { target })
  assert.deepEqual(found.signs, sign)
  assert.deepEqual(found.signs, data.sign)
  for (const [i, own] of q.flat().entries()) assert.ok(Math.abs(found.q.flat()[i] - Number(own)) <= 1e-4)
  assert.deepEqual(found.answers, ['minus', 'minus', 'minus'])
  assert.ok(Number(found.loss) < 0.5)
  assert.match(String(found.path), /RNN503.*under Node only/)
}

const base = "default-src 'self'; script-src 'self'"

describe.each(browsers)('the library in %s', browser => {
  const missing = needs(skippedIn(browser))
  describe('in a page that may make functions of text', missing, () => {
    const open = usePage({ browser, policy: `${base} 'unsafe-eval'`, files })
    const result = once(() => open())
    it('does what Node does, on js and as WebAssembly', async () => {
      const found = await result()
      assert.ok(isRecord(found))
      await likeNode(found.js, 'js')
      await likeNode(found.wasm, 'wasm')
    })
    it('does so as relaxed WebAssembly, or says that the engine has none', async () => {
      const found = await result()
      assert.ok(isRecord(found) && isRecord(found.relaxed))
      if (browser === 'webkit') assert.match(String(found.relaxed.error), /RNN505.*no relaxed SIMD: use `wasm`/s)
      else await likeNode(found.relaxed, 'wasm-relaxed')
    })
  })

  describe('in a page that may make no code', missing, () => {
    const result = usePage({ browser, policy: base, files, refused: /script-src/ })
    it('says what its policy has to allow', async () => {
      const found = await result()
      assert.ok(isRecord(found) && isRecord(found.js) && isRecord(found.wasm))
      assert.match(String(found.js.error), /RNN526.*`js`/s)
      assert.match(String(found.wasm.error), /RNN526.*`wasm`/s)
    })
  })

  describe('in a page that may only compile WebAssembly', missing, () => {
    const result = usePage({ browser, policy: `${base} 'wasm-unsafe-eval'`, files, refused: /script-src/ })
    it('trains as WebAssembly, and says that js is forbidden', async () => {
      const found = await result()
      assert.ok(isRecord(found) && isRecord(found.js))
      await likeNode(found.wasm, 'wasm')
      assert.match(String(found.js.error), /RNN526.*`js`/s)
    })
  })
})

// The library in a page: it compiles and trains there, and learns what it learns in Node.
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { describe, it } from 'vitest'
import { compile, loadData, train } from '../../runtime/index.ts'
import { isRecord, series, wave } from '../cli/support.ts'
import { needs } from '../support/needs.ts'
import { bundle, skipped, usePage } from './support.ts'

const source = series('optimizer = Adam(0.02); epochs = 12; batch = 8; seed = 5')

const library = fileURLToPath(new URL('../../runtime/index.ts', import.meta.url))

const script = `import { compile, loadData, train } from '/rnnc.js'
const [source, csv] = await Promise.all(['/wave.rnn', '/wave.csv'].map(async path => (await fetch(path)).text()))
const model = compile(source)
const data = await loadData(model.data, model.signature, { read: () => new TextEncoder().encode(csv) })
const { history, weights, backend } = await train(model, data)
const plain = Object.entries(weights).map(([name, values]) => [name, Array.from(values)])
document.querySelector('output').textContent = JSON.stringify({ backend, losses: history.map(e => e.training.loss), weights: plain })
`

describe('the library in a browser', needs(skipped), () => {
  const result = usePage({
    // The js backend makes functions of text, which a page must allow.
    policy: "default-src 'self'; script-src 'self' 'unsafe-eval'",
    files: async () => ({
      'page.js': script,
      'rnnc.js': await bundle(library),
      'wave.rnn': source,
      'wave.csv': wave(),
    }),
  })

  it('trains a model as Node does', async () => {
    const model = compile(source)
    assert.ok(model.data)
    const data = await loadData(model.data, model.signature, { read: () => new TextEncoder().encode(wave()) })
    const here = await train(model, data)
    const there = await result()
    assert.ok(isRecord(there) && Array.isArray(there.losses) && Array.isArray(there.weights))
    assert.equal(there.backend, 'js')
    assert.equal(there.losses.length, 12)
    assert.ok(there.losses[11] < there.losses[0] / 2, `the loss fell from ${there.losses[0]} to ${there.losses[11]}`)
    for (const [i, { training }] of here.history.entries()) {
      assert.ok(Math.abs(there.losses[i] - training.loss) <= 1e-5 * training.loss, `epoch ${i + 1}`)
    }
    for (const [name, values] of there.weights) {
      const own = here.weights[name]
      assert.equal(values.length, own.length)
      own.forEach((value, i) => {
        assert.ok(Math.abs(values[i] - value) <= 1e-5, `${name}[${i}]: ${values[i]} and ${value}`)
      })
    }
  })
})

// The audio effect in a browser: its worklet gives, sample by sample, what the model gives on the whole signal.
import assert from 'node:assert/strict'
import { copyFileSync, readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { beforeAll, describe, it } from 'vitest'
import { run, workplace } from '../cli/support.ts'
import { needs } from '../support/needs.ts'
import { browsers, skippedIn, usePage } from './support.ts'

const example = (name: string): string => fileURLToPath(new URL(`../../examples/audio_effect/${name}`, import.meta.url))

/** Renders a second of a tone through the worklet, as fast as it can. */
const script = `const context = new OfflineAudioContext(1, 48000, 48000)
await context.audioWorklet.addModule('/effect.js')
const tone = new OscillatorNode(context, { frequency: 220 })
const quiet = new GainNode(context, { gain: 0.5 })
const effect = new AudioWorkletNode(context, 'effect')
tone.connect(quiet).connect(effect).connect(context.destination)
tone.start()
const wet = (await context.startRendering()).getChannelData(0)
const dry = new OfflineAudioContext(1, 48000, 48000)
const same = new OscillatorNode(dry, { frequency: 220 })
same.connect(new GainNode(dry, { gain: 0.5 })).connect(dry.destination)
same.start()
const clean = (await dry.startRendering()).getChannelData(0)
document.querySelector('output').textContent = JSON.stringify({ wet: Array.from(wet), clean: Array.from(clean) })
`

const here = workplace()
const targets = ['js', 'wasm']

beforeAll(async () => {
  copyFileSync(example('amp.rnn'), here.path('amp.rnn'))
  const { code, stderr } = await run(process.execPath, [example('tones.ts'), here.path('tones.jsonl')], here.folder)
    .done
  assert.equal(code, 0, stderr)
  await here.ok('train', 'amp.rnn', '--set', 'epochs=8')
  for (const target of targets) await here.ok('build', 'amp.safetensors', '-o', `${target}.mjs`, '--target', target)
})

const created = async (target: string) => (await import(pathToFileURL(here.path(`${target}.mjs`)).href)).create()

describe.each(browsers)('in %s', browser => {
  // What other browsers have to show is WebAssembly.
  const own = browser === 'chromium' ? targets : ['wasm']
  describe.each(own)('the audio effect of %s', needs(skippedIn(browser)), target => {
    const result = usePage({
      browser,
      policy: target === 'js' ? "script-src 'self'" : "script-src 'self' 'wasm-unsafe-eval'",
      files: async () => ({
        'page.js': script,
        'effect.js': readFileSync(example('effect.js'), 'utf8'),
        'amp.mjs': readFileSync(here.path(`${target}.mjs`), 'utf8'),
      }),
    })

    it('gives what the model gives on the whole signal', async () => {
      const found = await result()
      assert.ok(typeof found === 'object' && found !== null && 'wet' in found && 'clean' in found)
      const { wet, clean } = found
      assert.ok(Array.isArray(wet) && Array.isArray(clean))
      const { y } = (await created(target)).run({ B: 1, x: clean })
      assert.equal(wet.length, 48_000)
      const largest = Math.max(...wet.map(Math.abs))
      assert.ok(largest > 0.5, `a tone of 0.5 comes out amplified, not ${largest}`)
      const error = wet.reduce((most, value, i) => Math.max(most, Math.abs(value - y[i])), 0)
      assert.ok(error < 1e-5, `off by ${error}`)
    })
  })
})

describe.each(targets)('the step of a built module of %s', target => {
  it('allocates nothing', async () => {
    const stream = (await created(target)).stream()
    const element = { x: new Float32Array(1) }
    const steps = (count: number): void => {
      for (let i = 0; i < count; i++) {
        element.x[0] = (i % 100) / 100
        stream.step(element)
      }
    }
    steps(50_000)
    // Others use the heap too, and a round may meet a collection: the quietest of several counts.
    const grown = Array.from({ length: 20 }, () => {
      const before = process.memoryUsage().heapUsed
      steps(20_000)
      return Math.abs(process.memoryUsage().heapUsed - before)
    })
    const least = Math.min(...grown)
    assert.ok(least < 20_000, `${least} bytes in 20000 steps`)
  })
})

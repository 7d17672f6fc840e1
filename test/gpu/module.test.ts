// `rnnc build --target gpu`: the module gives the numbers of the js module, in Node and in a page, and loads gpu.js only to run.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { beforeAll, describe, it } from 'vitest'
import * as browsers from '../browser/support.ts'
import { assertRefused, isRecord, json, run, series, wave, weightsFor, workplace } from '../cli/support.ts'
import { needs } from '../support/needs.ts'
import { blockOf, driver, skipped } from './support.ts'

const there = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

const place = workplace({
  'wave.rnn': series(),
  'wave.csv': wave(),
  'tagger.rnn': `model Tagger {
    input words: token of V over T
    target tags: class of 3 over T
    p = words |> embedding(4) |> bidirectional(GRU(3)) |> dropout(0.5) |> dense(3, softmax)
    loss cross_entropy(p, tags)
    output p
  }`,
})

const past = [1000, 1010, 1020, 1030, 1020, 1010, 990, 980, 970, 960, 970, 980]

const numbers = (value: unknown): number[] => (Array.isArray(value) ? value.map(Number) : assert.fail('no list'))

function close(found: unknown, expected: readonly number[]): void {
  const all = numbers(found)
  assert.equal(all.length, expected.length)
  const scale = Math.max(...expected.map(Math.abs))
  all.forEach((x, i) => {
    assert.ok(Math.abs(x - expected[i]) <= 2e-5 * scale, `${x} and ${expected[i]}`)
  })
}

/** What the js module gives. */
async function expected(): Promise<{ raw: number[]; next: number[] }> {
  const model = (await import(pathToFileURL(place.path('js.mjs')).href)).create()
  return { raw: Array.from(model.run({ past }).next, Number), next: Array.from(model.predict({ past }).next, Number) }
}

/** Runs a program in the folder under Node, and gives what it prints as JSON. */
async function runs(text: string): Promise<unknown> {
  place.write('user.mjs', text)
  const { code, stdout, stderr } = await run(process.execPath, ['user.mjs'], place.folder).done
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout)
}

beforeAll(async () => {
  if (existsSync(driver)) process.env.VK_ICD_FILENAMES ??= driver
  await place.ok('train', 'wave.rnn')
  const built = json(await place.ok('build', 'wave.safetensors', '--target', 'gpu', '-o', 'wave.mjs', '--json'))
  assert.equal(built.backend, 'gpu')
  await place.ok('build', 'wave.safetensors', '-o', 'js.mjs')
})

describe('a module for the GPU', () => {
  it('can be imported where nothing that it needs is installed, and says so when it is used', async () => {
    const found = await runs(`import { create } from './wave.mjs'
      console.log(JSON.stringify(await create().catch(e => e.message)))`)
    assert.match(String(found), /^this network needs the packages rnnc and gpu\.js: .*rnnc/)
  })

  it('imports nothing but what runs it, and that not at once', () => {
    const text = readFileSync(place.path('wave.mjs'), 'utf8').replace(/^\/\/.*$/gm, '')
    assert.deepEqual(text.match(/\bimport\b.*?\)/g), ["import('rnnc/gpu')"])
    assert.doesNotMatch(text, /\beval\b|new Function|\brequire\b/)
  })

  it('is refused in 64 bits, and for a target that there is not', async () => {
    const build = ['build', 'wave.safetensors', '-o', 'x.mjs'] as const
    assertRefused(await place.rnnc(...build, '--target', 'gpu', '--dtype', 'f64'), 'RNN505', /computes in 32 bits/)
    assertRefused(await place.rnnc(...build, '--target', 'gpus'), 'RNN505', /did you mean `gpu`/)
    assert.ok(!existsSync(place.path('x.mjs')))
  })
})

describe('a module for the GPU where its packages are', () => {
  const home = place.path('node_modules/rnnc')
  let runtime = ''
  beforeAll(async () => {
    runtime = await browsers.bundle(there('runtime/gpu.ts'), { external: ['gpu.js'] })
    mkdirSync(home, { recursive: true })
    writeFileSync(`${home}/package.json`, '{ "type": "module", "exports": { "./gpu": "./gpu.js" } }')
    writeFileSync(`${home}/gpu.js`, runtime)
  })
  const install = (name: string): void => symlinkSync(there(`node_modules/${name}`), `${dirname(home)}/${name}`)

  it('is small without the compiler', () => {
    assert.doesNotMatch(runtime, /class Grammar|class Parser/)
  })

  it('says that gpu.js, and a GPU, are missing', async () => {
    const messages = await runs(`import { create } from './wave.mjs'
      const limits = {}, info = { description: '', device: '', architecture: '', vendor: '' }
      const device = { lost: new Promise(() => {}) }
      const gpu = { requestAdapter: async () => ({ limits, info, requestDevice: async () => device }) }
      const messages = [create(), create({ gpu })].map(c => c.catch(e => e.message))
      console.log(JSON.stringify(await Promise.all(messages)))`)
    assert.ok(Array.isArray(messages))
    assert.match(messages[0], /RNN513: no GPU found.*navigator\.gpu/)
    assert.match(messages[0], /RNN513: no GPU found.*webgl2.*npm package `gpu\.js`/)
    assert.match(messages[1], /RNN513: .*npm package `gpu\.js` \(Cannot find package 'gpu\.js'/)
  })

  it('answers as the js module does, and runs that overlap wait for each other', needs(skipped), async () => {
    install('gpu.js')
    install('webgpu')
    const found = await runs(`import { create as open } from 'webgpu'
      import { create } from './wave.mjs'
      const model = await create({ gpu: open([]) })
      const past = ${JSON.stringify(past)}
      const [{ next: raw }, { next }, { next: first }] =
        await Promise.all([model.run({ past }), model.predict({ past }), model.run({ past: past.slice(0, 6) })])
      const wrong = await model.run({ past: [1, 2] }).catch(e => e.message)
      model.dispose()
      const { backend, device } = model
      console.log(JSON.stringify({ backend, device, raw: [...raw], next: [...next], first: [...first], wrong }))
      process.exit()`)
    const { raw, next } = await expected()
    assert.ok(isRecord(found))
    assert.deepEqual([found.backend, found.device], ['gpu', 'webgpu'])
    close(found.raw, raw)
    close(found.next, next)
    close(found.first, raw.slice(0, 1))
    assert.equal(found.wrong, 'past has 2 elements, which is not a multiple of 6: pass B')
  })

  it('is used as spec/gpu.md shows', needs(skipped), async () => {
    const found = await runs(`import { create as open } from 'webgpu'
      Object.defineProperty(globalThis.navigator, 'gpu', { value: open([]) })
      const past = ${JSON.stringify(past)}
      ${blockOf('js', 'import { create }').replace('./sunspots.mjs', './wave.mjs')}
      console.log(JSON.stringify([...next]))
      process.exit()`)
    close(found, (await expected()).next)
  })

  it('takes weights and sizes, and lengths of each example', needs(skipped), async () => {
    await place.ok('build', 'tagger.rnn', '--target', 'gpu', '-o', 'tagger.mjs')
    await place.ok('build', 'tagger.rnn', '-o', 'tagger_js.mjs')
    const types = readFileSync(place.path('tagger.d.mts'), 'utf8')
    assert.match(types, /^export function create\(weights: Weights, sizes: .*, options\?: Options\): Promise<Model>$/m)
    const weights = weightsFor(types, { V: 5 })
    const found = await runs(`import { create as open } from 'webgpu'
      import { create } from './tagger.mjs'
      import { create as createJs } from './tagger_js.mjs'
      const weights = ${JSON.stringify(weights)}
      const [onGpu, onCpu] = [await create(weights, { V: 5 }, { gpu: open([]) }), createJs(weights, { V: 5 })]
      const inputs = { B: 2, words: [1, 2, 3, 4, 0, 0], T_lengths: [3, 1] }
      const both = [await onGpu.run(inputs), onCpu.run(inputs)]
      console.log(JSON.stringify(both.map(({ p }) => [...p])))
      process.exit()`)
    assert.ok(Array.isArray(found))
    close(found[0], numbers(found[1]))
  })

  for (const gpu of [true, false])
    describe(`in a browser ${gpu ? 'with' : 'without'} WebGPU`, needs(browsers.skipped), () => {
      const result = browsers.usePage({
        gpu,
        // The import map stands in the page; no text is evaluated.
        policy: "script-src 'self' 'unsafe-inline'",
        imports: { 'rnnc/gpu': '/rnnc-gpu.js', 'gpu.js': '/gpu.js' },
        files: async () => ({
          'page.js': `import { create } from '/wave.mjs'
          const loaded = () => performance.getEntriesByType('resource').map(r => new URL(r.name).pathname).filter(p => p.endsWith('js')).sort()
          const before = loaded()
          const model = await create()
          const past = ${JSON.stringify(past)}
          const [{ next: raw }, { next }] = [await model.run({ past }), await model.predict({ past })]
          const answers = { raw: [...raw], next: [...next], device: model.device, before, after: loaded() }
          model.dispose()
          document.querySelector('output').textContent = JSON.stringify(answers)`,
          'wave.mjs': readFileSync(place.path('wave.mjs'), 'utf8'),
          'rnnc-gpu.js': runtime,
          'gpu.js': await browsers.bundle(there('node_modules/gpu.js')),
        }),
      })

      it('answers as the js module does, and loads gpu.js only to run', async () => {
        const found = await result()
        const { raw, next } = await expected()
        assert.ok(isRecord(found))
        assert.equal(found.device, gpu ? 'webgpu' : 'webgl2')
        assert.deepEqual(found.before, ['/page.js', '/wave.mjs'])
        assert.deepEqual(found.after, ['/gpu.js', '/page.js', '/rnnc-gpu.js', '/wave.mjs'])
        close(found.raw, raw)
        close(found.next, next)
      })
    })
})

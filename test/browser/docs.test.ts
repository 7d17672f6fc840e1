// The pages of the recipes, in a browser: one under a strict policy, one that trains in a worker.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, it } from 'vitest'
import { workplace } from '../cli/support.ts'
import { blocksOf } from '../support/markdown.ts'
import { needs } from '../support/needs.ts'
import { bundle, skipped, usePage } from './support.ts'

const path = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url))

const recipes = Object.fromEntries(
  blocksOf(readFileSync(path('docs/recipes.md'), 'utf8')).flatMap(({ file, text }) => (file ? [[file, text]] : [])),
)

describe('the recipes in a browser', needs(skipped), () => {
  const place = workplace(Object.fromEntries(['wave.rnn', 'wave.csv', 'worker.ts'].map(name => [name, recipes[name]])))
  const open = usePage({
    // What the worker needs; the page of the built module allows less, in a tag of its own.
    policy: "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
    files: async () => {
      await place.ok('train', 'wave.rnn')
      await place.ok('build', 'wave.safetensors', '--out', 'wave.mjs')
      return {
        ...recipes,
        'wave.mjs': readFileSync(place.path('wave.mjs'), 'utf8'),
        'worker.js': await bundle(place.path('worker.ts'), { alias: { rnnc: path('runtime/index.ts') } }),
      }
    },
  })

  it('a built module predicts under a strict policy', async () => {
    assert.match(recipes['index.html'], /content="default-src 'self'"/)
    const next = await open()
    assert.ok(typeof next === 'number' && next > 8 && next < 18, `${next}`)
  })

  it('a worker trains and answers', async () => {
    assert.deepEqual(await open('', undefined, 'train.html'), ['up', 'down'])
  })
})

// The page of the library describes all that its types have, also what an exported type takes from one that is not.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { apiPage } from '../../cli/apiPage.ts'

const page = apiPage(new URL('../../', import.meta.url))

/** The section of a name, and the names of the members in it that have a comment. */
function described(name: string): { readonly text: string; readonly members: readonly string[] } {
  const text = page.split(/^#{2,4} /m).find(section => section.startsWith(`\`${name}\``)) ?? assert.fail(name)
  return { text, members: [...text.matchAll(/\*\/\n *(?:readonly )?(\w+)/g)].map(([, member]) => member) }
}

describe('the page of the library', () => {
  it.each([
    ['FitOptions', 'target, epochs, steps, batch, patience, optimizer, settings, validation, split, encode, sizes'],
    ['FitOptions', 'precision, seed, memory, weights, from, checkpoint, watched, onDraw, onStep, onEpoch, signal'],
    ['PredictOptions', 'target, typed, sizes, onRan, precision, batch, seed, memory, decoding, probabilities, onBatch'],
    ['StreamOptions', 'over, constants, precision, sizes, seed, target'],
    ['GenerateOptions', 'over, inputs, after, precision, sizes, seed, target'],
    ['Decoding', 'sample, seed, beam, steps'],
    ['CheckOptions', 'data, sizes, backend, seed, most, tolerance, reference, onProgress'],
  ])('describes the members of %s: %s', (name, expected) => {
    const { members } = described(name)
    for (const member of expected.split(', ')) assert.ok(members.includes(member), member)
  })

  it('leaves out what a type leaves out, and names what is described elsewhere', () => {
    for (const name of ['FitOptions', 'PredictOptions', 'StreamOptions', 'GenerateOptions'])
      assert.ok(!described(name).members.includes('backend'), name)
    assert.match(described('GenerateOptions').text, /And those of `Decoding`\./)
  })
})

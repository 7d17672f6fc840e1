// The generated files are those of the sources.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'vitest'
import { generated } from '../../cli/generate.ts'
import { standardLibrary } from '../../dsl/std.ts'

for (const [path, text] of generated()) {
  test(`${path} is up to date (npm run generate)`, () => {
    assert.equal(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'), text)
  })
}

test('the library travels as it is written', () => {
  const cells = readFileSync(new URL('../../dsl/std/cells.rnn', import.meta.url), 'utf8')
  assert.equal(standardLibrary['cells.rnn'], cells)
})

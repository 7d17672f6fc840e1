// spec/gradients.md says what is so: its table of checks is that of the fuzzer.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { it } from 'vitest'
import { checks } from '../../trust/fuzz/checks/index.ts'

const page = readFileSync(new URL('../../spec/gradients.md', import.meta.url), 'utf8')

it('spec/gradients.md lists every check with its claim', () => {
  const shares: Readonly<Record<string, number>> = { '½': 2, '¼': 4, '⅛': 8 }
  const shown = [...page.matchAll(/^\| ([\w ]+?)(?: ([½¼⅛]))? \| (.*) \|$/gm)].map(([, name, part, claim]) => ({
    name,
    every: part === undefined ? 1 : shares[part],
    claim,
  }))
  const listed = shown.filter(({ name }) => checks.some(c => c.name === name))
  assert.deepEqual(
    listed,
    checks.map(({ name, every, claim }) => ({ name, every: every ?? 1, claim })),
  )
})

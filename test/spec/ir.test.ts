// spec/ir.md says what is so: its examples are read, and its tables compared with the op table and the passes.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'vitest'
import { ops } from '../../compiler/ir/ops/index.ts'
import { readGraph } from '../../compiler/ir/read.ts'
import { verify } from '../../compiler/ir/verify.ts'
import { passes } from '../../compiler/passes/pipeline.ts'
import { simplifyRules } from '../../compiler/passes/simplify.ts'
import { becomes } from '../ir/passes.ts'

const page = readFileSync(new URL('../../spec/ir.md', import.meta.url), 'utf8')

const examples = [...page.matchAll(/^```ir *(\w*)\n([\s\S]*?)^```$/gm)].map(([, label, text]) => ({ label, text }))

/** The cells of the tables' rows, by the first. */
const rows = new Map(
  [...page.matchAll(/^\| `?([\w-]+)`? +\|(.*)\|$/gm)].map(([, first, rest]) => [
    first,
    rest.split('|').map(c => c.trim()),
  ]),
)

describe('spec/ir.md', () => {
  for (const { text } of examples) {
    it(`example: ${text.split('\n')[0]}`, () => {
      const { graph, context } = readGraph(text)
      verify(context, graph)
    })
  }

  it('shows what the passes make', () => {
    const [before, after] = ['before', 'after'].map(label => examples.find(e => e.label === label)?.text ?? '')
    becomes(passes, before, after)
  })

  it('lists every op with its attributes', () => {
    for (const op of ops.values()) assert.equal(rows.get(op.name)?.[0], Object.keys(op.attrs).join(', '), op.name)
  })

  it('says of every op whether a gradient flows', () => {
    for (const op of ops.values()) {
      const derivative = rows.get(op.name)?.at(-1) ?? ''
      assert.equal(op.vjp === undefined, derivative === '' || derivative.startsWith('none'), op.name)
    }
  })

  it('has every pass and every rule with its contract', () => {
    for (const { name, contract } of [...passes, ...simplifyRules]) assert.equal(rows.get(name)?.[0], contract)
  })
})

// spec/plan.md says what is so: its plans are made again, its passes are those that there are, and its backend runs all cases.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../compiler/backend/backend.ts'
import { plan } from '../../compiler/index.ts'
import { readGraph } from '../../compiler/ir/read.ts'
import { planPasses } from '../../compiler/plan/passes/planPasses.ts'
import { printPlan } from '../../compiler/plan/printPlan.ts'
import { agree, build } from '../backend/agree.ts'
import { cases, sizesList } from '../backend/cases.ts'
import { recurrentGradient } from '../backend/recurrent.ts'

const page = readFileSync(new URL('../../spec/plan.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/^```(\w+)[^\n]*\n([\s\S]*?)^```$/gm)].map(([, kind, text]) => ({ kind, text }))

describe('spec/plan.md', () => {
  it('shows the plans of its graphs', () => {
    const [graphs, plans] = ['ir', 'plan'].map(kind => blocks.flatMap(b => (b.kind === kind ? [b.text] : [])))
    assert.equal(graphs.length, plans.length)
    graphs.forEach((text, i) => {
      const { graph, context } = readGraph(text)
      expect(printPlan(plan(context, graph))).toBe(plans[i])
    })
  })

  it('has every pass with its contract', () => {
    const rows = [...page.matchAll(/^\| ([\w-]+) \| (.*) \|$/gm)].map(([, name, contract]) => ({ name, contract }))
    for (const { name, contract } of planPasses) assert.equal(rows.find(r => r.name === name)?.contract, contract)
  })
})

describe('the backend of spec/plan.md', async () => {
  const folder = mkdtempSync(fileURLToPath(new URL('.page-', import.meta.url)))
  afterAll(() => rmSync(folder, { recursive: true }))
  const source = blocks.find(b => b.kind === 'ts')?.text ?? ''
  writeFileSync(`${folder}/plain.ts`, source.replaceAll('#compiler/', '../../../compiler/'))
  const { plain }: { plain: Backend } = await import(`${folder}/plain.ts`)

  it('agrees with the interpreter on every case', () => {
    for (const { params, body } of cases) {
      const { context, graph } = build(params, body)
      agree(context, graph, sizesList.slice(0, 3), { backend: plain })
      agree(context, graph, sizesList.slice(0, 3), { backend: plain, precision: 'f32' })
    }
  })

  it('agrees on the gradients of a recurrent network', () => {
    const { context, graph } = recurrentGradient()
    agree(context, graph, sizesList, { backend: plain })
  })
})

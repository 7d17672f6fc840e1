// The turns that the checks of the fuzzer take: whatever a check takes by turns, it takes all of it on the programs on which it runs.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import type { Backend } from '../../compiler/backend/backend.ts'
import { js } from '../../compiler/backend/js.ts'
import { naive, type Pipeline, pipelines, standard } from '../../compiler/passes/pipeline.ts'
import { parse } from '../../dsl/parse.ts'
import { standardLibrary } from '../../dsl/std.ts'
import { agreement } from '../../trust/fuzz/checks/agreement.ts'
import { checks } from '../../trust/fuzz/checks/index.ts'
import { splitting } from '../../trust/fuzz/checks/splitting.ts'
import { runCase } from '../../trust/fuzz/fuzz.ts'
import type { Check } from '../../trust/fuzz/fuzzCheck.ts'
import type { UnderTest } from '../../trust/fuzz/trial.ts'

const source = `model M {
  input x: real
  target y: real
  param b: real
  loss mse(x + b, y)
}
data D for M { t = csv("a.csv"); x = t.x; y = t.y }
train M on D { optimizer = SGD(0.1); epochs = 1 }
`

/** Runs one check, when its turn comes, on cases that differ in their number. */
function take(check: Check, data: readonly number[], under: UnderTest): void {
  const turns = checks.map(c => (c === check ? c : { ...c, run: () => ({ checks: 0 }) }))
  for (const n of data) {
    const { outcome } = runCase({ source, sizes: { B: 1 }, lengths: {}, data: n }, under, turns)
    assert.equal(outcome.failure, undefined, outcome.failure?.message)
  }
}

const first = (count: number): number[] => Array.from({ length: count }, (_, n) => n)

describe('what checks take by turns', () => {
  it('splitting: every cell of the library', () => {
    const seen = new Set<string>()
    const backend: Backend = {
      ...js,
      load: (plan, precision) => {
        if (plan.inputs.some(i => i.name.endsWith('_Whole'))) seen.add(js.emit(plan, precision))
        return js.load(plan, precision)
      },
    }
    take(splitting, first(80), { backends: [backend] })
    const cells = parse(standardLibrary['cells.rnn'], 'cells.rnn').program.items.filter(i => i.kind === 'unit')
    assert.ok(cells.length > 1)
    assert.equal(seen.size, cells.length)
  })

  it('agreement: every pipeline, also for the step of training', () => {
    const seen = new Set<string>()
    const spied = (pipeline: Pipeline): Pipeline => ({
      ...pipeline,
      backward: [
        ...pipeline.backward,
        {
          name: 'seen',
          contract: 'changes nothing',
          run: (_, block) => {
            if (block.results.length > 0) seen.add(pipeline.name)
            return block
          },
        },
      ],
    })
    const others = pipelines.filter(p => p !== naive && p !== standard)
    const even = first(400).filter(n => n % 2 === 0)
    take(agreement, even, { pipelines: others.map(spied), backends: [js] })
    assert.deepEqual(
      others.filter(p => !seen.has(p.name)).map(p => p.name),
      [],
    )
  })
})

// No pass changes what a graph computes: random graphs, before and after, forward and backward.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { adjoint } from '../../compiler/ir/adjoint.ts'
import type { NdArray } from '../../compiler/ir/array.ts'
import { createBuilder, scalar } from '../../compiler/ir/builder.ts'
import { cost } from '../../compiler/ir/cost.ts'
import { evaluate } from '../../compiler/ir/dim.ts'
import type { Block, Graph } from '../../compiler/ir/graph.ts'
import { interpret } from '../../compiler/ir/interpret.ts'
import { printGraph } from '../../compiler/ir/printGraph.ts'
import { cse } from '../../compiler/passes/cse.ts'
import { dce } from '../../compiler/passes/dce.ts'
import { fuseBiases } from '../../compiler/passes/fuseBiases.ts'
import { fuseGates } from '../../compiler/passes/fuseGates.ts'
import { groupTerms } from '../../compiler/passes/groupTerms.ts'
import { hoist } from '../../compiler/passes/hoist.ts'
import { passes, runPasses, standard } from '../../compiler/passes/pipeline.ts'
import { simplify } from '../../compiler/passes/simplify.ts'
import { sink } from '../../compiler/passes/sink.ts'
import { sameGraph } from '../mutants/sameGraph.ts'
import { type RandomGraph, randomGraphs } from './randomGraph.ts'

const runs = { numRuns: 300, interruptAfterTimeLimit: 60_000 }

function agree(found: readonly NdArray[], expected: readonly NdArray[], text: () => string): void {
  expected.forEach(({ shape, data }, i) => {
    assert.deepEqual(found[i].shape, shape)
    const scale = Math.max(1, ...data.map(Math.abs).filter(Number.isFinite))
    data.forEach((b, j) => {
      const a = found[i].data[j]
      const close = Object.is(a, b) || a === b || Math.abs(a - b) <= 1e-12 * scale
      assert.ok(close, `output ${i}[${j}] was ${b} and is ${a}\n${text()}`)
    })
  })
}

/** The graph with the gradients of its inputs as further outputs. */
function differentiated({ context, graph }: RandomGraph): Block {
  const b = createBuilder(context, undefined, graph)
  const wanted = graph.params.filter(p => p.dtype === 'real')
  const sums = graph.results
    .filter(r => r.dtype === 'real')
    .map(r => b.emit('sum', [b.emit('sin', [r])], { axes: r.shape.map((_, d) => d - r.shape.length) }))
  const loss = [scalar(b, 0), ...sums].reduce((x, y) => b.emit('add', [x, y]))
  const found = adjoint(b, b, new Map([[loss.id, scalar(b, 1)]]), wanted)
  return b.finish([loss, ...wanted.flatMap(w => found.get(w.id) ?? [])])
}

function unchanged({ context, graph, sizes, args }: RandomGraph, passes: typeof standard.forward): void {
  const before = printGraph(graph)
  const after = runPasses(context, graph, passes)
  assert.equal(printGraph(graph), before, 'a pass changed its argument')
  // The same equations give the same results.
  if (sameGraph(after, graph)) return
  const expected = interpret(context, graph, args, sizes)
  agree(interpret(context, after, args, sizes), expected, () => `${before}\n${printGraph(after)}`)
}

describe('meaning', () => {
  const all = [...passes.map(pass => [pass]), standard.forward, [...standard.forward, ...standard.backward]]
  for (const passes of all) {
    it(`is kept by ${passes.map(p => p.name).join(', ')}`, () => {
      fc.assert(
        fc.property(randomGraphs, random => unchanged(random, passes)),
        runs,
      )
    })
  }

  it('never costs more work in the loops', () => {
    const property = fc.property(randomGraphs, ({ context, graph, sizes }) => {
      // Dead equations are counted too, so they go first; the sizes are those that may collide.
      const start = runPasses(context, graph, [dce])
      // What leaves a loop of no steps is done once, where it was done never.
      const atLeastOne = Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, Math.max(1, size)]))
      const work = (block: Graph): number => evaluate(cost(context, block).flops.inside, atLeastOne)
      for (const pass of [fuseGates, fuseBiases, groupTerms, hoist, sink]) {
        const after = runPasses(context, start, [pass, dce])
        assert.ok(work(after) <= work(start), `${pass.name}: ${work(start)} → ${work(after)}\n${printGraph(after)}`)
      }
    })
    fc.assert(property, runs)
  })

  it('is kept after the gradient', () => {
    const property = fc.property(randomGraphs, random => {
      const block = differentiated(random)
      const graph: Graph = { ...random.graph, ...block, outputs: block.results.map((_, i) => `r${i}`) }
      unchanged({ ...random, graph }, standard.backward)
    })
    fc.assert(property, runs)
  })

  it('twice is once', () => {
    const property = fc.property(randomGraphs, ({ context, graph }) => {
      // Each by itself: what dce leaves of two loops may be the same.
      for (const pass of [cse, dce]) {
        const once = runPasses(context, graph, [pass])
        assert.equal(printGraph(runPasses(context, once, [pass])), printGraph(once))
      }
      const simple = runPasses(context, graph, [simplify, simplify])
      assert.equal(printGraph(runPasses(context, simple, [simplify])), printGraph(simple))
    })
    fc.assert(property, { ...runs, numRuns: 100 })
  })
})

// Every pass over plans keeps their results: by the plan interpreter to the last bit, in any order of points, and by js.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { js } from '../../compiler/backend/js.ts'
import { plan } from '../../compiler/index.ts'
import type { NdArray } from '../../compiler/ir/array.ts'
import type { Context } from '../../compiler/ir/builder.ts'
import { type Sizes, sameShape } from '../../compiler/ir/dim.ts'
import type { Graph } from '../../compiler/ir/graph.ts'
import { interpretPlan, type Order } from '../../compiler/plan/interpretPlan.ts'
import { planPasses } from '../../compiler/plan/passes/planPasses.ts'
import type { Plan } from '../../compiler/plan/plan.ts'
import { printPlan } from '../../compiler/plan/printPlan.ts'
import { argumentsFor, bufferOf, build, trial } from '../backend/agree.ts'
import { type Case, cases, sizesList } from '../backend/cases.ts'
import { moves, randomCase, smallSizes } from '../backend/random.ts'

/** The graph with results that take the places of inputs, where their types allow. */
function renamed(graph: Graph): Graph {
  const free = [...graph.params.keys()]
  const outputs = graph.results.map((value, i) => {
    const place = free.findIndex(p => {
      const { dtype, shape } = graph.params[p]
      return dtype === value.dtype && sameShape(shape, value.shape)
    })
    return place < 0 ? graph.outputs[i] : graph.inputs[free.splice(place, 1)[0]]
  })
  return { ...graph, outputs }
}

/** The plan as it was lowered, and after each pass. */
function stages(context: Context, graph: Graph): ReadonlyMap<string, Plan> {
  const made = new Map<string, Plan>()
  plan(context, graph, { onPlan: (pass, after) => made.set(pass, after) })
  return made
}

/** Visits points by their remainder modulo 3, and from the last to the first. */
const otherOrder: Order = count => [...Array(count).keys()].toSorted((a, b) => (b % 3) - (a % 3) || b - a)

const named = (graph: Graph, args: readonly NdArray[]): Record<string, Float64Array> =>
  Object.fromEntries(graph.inputs.map((name, i) => [name, args[i].data]))

/** Turns arrays into plain numbers, since assert compares the bits of NaNs in typed arrays. */
const plain = (arrays: Readonly<Record<string, ArrayLike<number>>>) =>
  Object.fromEntries(Object.entries(arrays).map(([name, data]) => [name, Array.from(data)]))

/** Results of js at a second run of the same plan. */
function byJs(made: Plan, graph: Graph, args: readonly NdArray[], sizes: Sizes) {
  const executable = js.load(made, 'f64')
  const run = () => {
    const given = graph.inputs.map((name, i) => [name, bufferOf(graph.params[i].dtype, args[i].data, 'f64')] as const)
    return plain(executable.run(sizes, executable.store(Object.fromEntries(given))))
  }
  run()
  return run()
}

function sameStages(c: Pick<Case, 'params' | 'body'>, sizes: Sizes): void {
  const { context, graph } = build(c.params, c.body)
  const args = argumentsFor(graph, sizes)
  const lowered = stages(context, graph).get('lower-graph')
  assert.ok(lowered !== undefined)
  trial(context, graph, sizes, 'f64', args).check(
    interpretPlan(context, lowered, named(graph, args), sizes).outputs,
    1e-12,
  )
  const inPlace: Graph = { ...renamed(graph), inPlace: true }
  for (const asked of [graph, inPlace]) sameFromPassToPass(context, asked, args, sizes)
}

function sameFromPassToPass(context: Context, graph: Graph, args: readonly NdArray[], sizes: Sizes): void {
  const inputs = named(graph, args)
  const [[, first], ...all] = stages(context, graph)
  // What a pass leaves as it is needs no second run.
  const texts = [first, ...all.map(([, made]) => made)].map(made => printPlan(made))
  const others = all.filter((_, i) => texts[i + 1] !== texts[i])
  const expected = interpretPlan(context, first, inputs, sizes)
  const expectedByJs = byJs(first, graph, args, sizes)
  for (const [name, made] of others) {
    const found = interpretPlan(context, made, inputs, sizes, otherOrder)
    assert.deepEqual(plain(found.outputs), plain(expected.outputs), name)
    assert.deepEqual(byJs(made, graph, args, sizes), expectedByJs, `${name}, by js`)
    // An input keeps its elements, unless an output takes its place.
    const kept = graph.inputs.filter(input => !graph.inPlace || !graph.outputs.includes(input))
    for (const input of kept) assert.deepEqual(found.inputs[input], expected.inputs[input], `${name}, input ${input}`)
  }
}

it('changes no result of the cases', () => {
  for (const c of cases) for (const sizes of sizesList.slice(0, 2)) sameStages(c, sizes)
})

it('changes no result of random graphs, in place or not', () => {
  const property = fc.property(moves, moves, fc.boolean(), smallSizes, (before, inside, reverse, sizes) =>
    sameStages(randomCase(before, inside, reverse), sizes),
  )
  fc.assert(property, { numRuns: 150 })
})

it('each has a name and a contract', () => {
  expect(new Set(planPasses.map(p => p.name)).size).toBe(planPasses.length)
  for (const { contract } of planPasses) expect(contract).not.toBe('')
})

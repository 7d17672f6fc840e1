// Buffers that share a place: fewer of them, at the top and inside loops, and the same results to the last bit.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { it } from 'vitest'
import { js } from '../../compiler/backend/js.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import { sameShape } from '../../compiler/ir/dim.ts'
import type { Graph } from '../../compiler/ir/graph.ts'
import { joinTails } from '../../compiler/plan/joinTails.ts'
import { makePlan } from '../../compiler/plan/lower.ts'
import type { Plan } from '../../compiler/plan/plan.ts'
import { shareBuffers } from '../../compiler/plan/shareBuffers.ts'
import { updateInPlace } from '../../compiler/plan/updateInPlace.ts'
import { argumentsFor, bufferOf, build, dim, type } from '../backend/agree.ts'
import { type Case, cases, scan, sizesList } from '../backend/cases.ts'
import { moves, randomCase, smallSizes } from '../backend/random.ts'

/**
 * What a plan of the graph gives at a second run, with the inputs that it leaves behind; as plain numbers, since of NaNs assert compares
 * the bits in typed arrays.
 */
function results(plan: Plan, graph: Graph, sizes: Sizes) {
  const executable = js.load(plan, 'f64')
  const run = () => {
    const args = argumentsFor(graph, sizes)
    const given = Object.fromEntries(
      graph.inputs.map((name, i) => [name, bufferOf(graph.params[i].dtype, args[i].data, 'f64')]),
    )
    const inputs = executable.store(given)
    const all = { ...inputs, ...executable.run(sizes, inputs) }
    return Object.fromEntries(Object.entries(all).map(([name, data]) => [name, Array.from(data)]))
  }
  run()
  return run()
}

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

function sameShared({ params, body }: Case, sizes: Sizes): void {
  const { context, graph } = build(params, body)
  const check = (asked: Graph, made: Plan): void => {
    assert.deepEqual(results(shareBuffers(joinTails(made)), asked, sizes), results(made, asked, sizes))
  }
  check(graph, makePlan(context, graph))
  const inPlace = renamed(graph)
  check(inPlace, updateInPlace(makePlan(context, inPlace)))
}

it('changes no result of the cases', () => {
  for (const c of cases) for (const sizes of sizesList.slice(0, 2)) sameShared(c, sizes)
})

it('changes no result of random graphs, in place or not', () => {
  const property = fc.property(moves, moves, fc.boolean(), smallSizes, (before, inside, reverse, sizes) =>
    sameShared(randomCase(before, inside, reverse), sizes),
  )
  fc.assert(property, { numRuns: 150 })
})

/** How many buffers of a size the plan has but for inputs and results, and how many of them it keeps. */
function counts({ params, body }: Omit<Case, 'name'>, size: string): { readonly made: number; readonly kept: number } {
  const { context, graph } = build(params, body)
  const plan = makePlan(context, graph)
  const count = ({ buffers, inputs, outputs }: Plan): number => {
    const ports = new Set([...inputs, ...outputs].map(p => p.operand.buffer))
    return buffers.filter(b => !ports.has(b) && sameShape([b.size], [dim(size)])).length
  }
  return { made: count(plan), kept: count(shareBuffers(plan)) }
}

it('lets what lives within one round of a loop share', () => {
  const found = counts(
    {
      params: [type('T, B, H'), type('H, H'), type('B, H')],
      body: (b, [x, w, h0]) =>
        scan(b, { carries: [h0], xs: [x] }, (s, [h], [xt]) => {
          const step = (v: typeof h) => s.emit('matmul', [s.emit('tanh', [v]), s.use(w)])
          return [step(step(step(s.emit('add', [h, xt]))))]
        }),
    },
    'B*H',
  )
  // Each product reads what the kernel before it wrote in place of the product before.
  assert.deepEqual(found, { made: 6, kept: 2 })
})

it('keeps apart what goes round, also in a loop inside', () => {
  const found = counts(
    {
      params: [type('T, B, H'), type('H, H'), type('B, H')],
      body: (b, [x, w, h0]) =>
        scan(b, { carries: [h0], xs: [x] }, (s, [h], [xt]) => {
          const [last] = scan(s, { length: '3', carries: [s.emit('sin', [xt])], xs: [] }, (r, [c]) => [
            r.emit('cos', [r.emit('add', [r.emit('matmul', [c, r.use(w)]), r.use(h)])]),
          ])
          return [s.emit('matmul', [last, s.use(w)])]
        }),
    },
    'B*H',
  )
  // The carry of the loop inside, its product, and the one that leaves as the carry of the loop outside.
  assert.deepEqual(found, { made: 3, kept: 2 })
})

const two = [type('H, H'), type('H, H')]

it('writes a result over the last reading of an operand, at the same places only', () => {
  const straight = counts(
    {
      params: two,
      body: (b, [x, w]) => {
        const product = b.emit('matmul', [x, w])
        return [b.emit('matmul', [b.emit('tanh', [product]), w])]
      },
    },
    'H*H',
  )
  assert.deepEqual(straight, { made: 2, kept: 1 })
  const across = counts(
    {
      params: two,
      body: (b, [x, w]) => {
        const product = b.emit('matmul', [x, w])
        const turned = b.emit('transpose', [product], { order: [-1, -2] })
        return [b.emit('matmul', [b.emit('add', [turned, x]), w])]
      },
    },
    'H*H',
  )
  assert.deepEqual(across, { made: 2, kept: 2 })
})

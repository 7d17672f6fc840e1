// What every backend must pass: it agrees with the interpreter, and a long training run does not fill the memory.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import type { Backend } from '../../compiler/backend/backend.ts'
import { allEqns } from '../../compiler/ir/graph.ts'
import { ops } from '../../compiler/ir/ops/index.ts'
import { makePlan } from '../../compiler/plan/lower.ts'
import { agree, argumentsFor, bufferOf, build } from './agree.ts'
import { cases, sizesList } from './cases.ts'
import { moves, randomCase, smallSizes } from './random.ts'
import { recurrentGradient } from './recurrent.ts'

export function suite(backend: Backend): void {
  describe(`${backend.name} agrees with the interpreter`, () => {
    for (const { name, params, body } of cases) {
      it(name, () => {
        const { context, graph } = build(params, body)
        agree(context, graph, sizesList, { backend })
      })
    }
    it('in 32 bits', () => {
      for (const { params, body } of cases) {
        const { context, graph } = build(params, body)
        agree(context, graph, sizesList, { backend, precision: 'f32' })
      }
    })
    it('on every op of the table', () => {
      const tested = new Set(
        cases.flatMap(({ params, body }) => [...allEqns(build(params, body).graph)].map(e => e.op)),
      )
      assert.deepEqual(
        [...ops.keys()].filter(op => !tested.has(op)),
        [],
      )
    })
    it('on the gradients of a recurrent network', () => {
      const { context, graph } = recurrentGradient()
      assert.equal(graph.results.length, 6)
      agree(context, graph, sizesList, { backend })
      agree(context, graph, sizesList, { backend, precision: 'f32' })
    })
    it('on large products, whose sums are done in parts', () => {
      const { context, graph } = build(
        [{ dtype: 'real', shape: [] }, ...(cases.find(c => c.name === 'matmul: batch')?.params ?? [])],
        (b, [, x, w]) => [b.emit('matmul', [x, w])],
      )
      agree(
        context,
        graph,
        [
          { B: 70, H: 600 },
          { B: 6, H: 513 },
        ],
        { backend },
      )
    })
    it('on random graphs', () => {
      const property = fc.property(moves, moves, fc.boolean(), smallSizes, (before, inside, reverse, sizes) => {
        const { params, body } = randomCase(before, inside, reverse)
        const { context, graph } = build(params, body)
        agree(context, graph, [sizes], { backend })
      })
      fc.assert(property, { numRuns: 300 })
    })
  })

  it(`${backend.name} allocates nothing once it is warm`, () => {
    const { context, graph } = recurrentGradient()
    const sizes = { B: 2, T: 3, H: 4 }
    const executable = backend.load(makePlan(context, graph), 'f32')
    const args = argumentsFor(graph, sizes)
    const inputs = Object.fromEntries(graph.inputs.map((name, i) => [name, bufferOf('real', args[i].data, 'f32')]))
    const heap = (): number => {
      collect()
      const { heapUsed, arrayBuffers } = process.memoryUsage()
      return heapUsed + arrayBuffers
    }
    for (let i = 0; i < 1000; i++) executable.run(sizes, inputs)
    const before = heap()
    for (let i = 0; i < 10_000; i++) executable.run(sizes, inputs)
    const grown = heap() - before
    assert.ok(grown < 2 ** 20, `the heap grew by ${grown} bytes`)
  })
}

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

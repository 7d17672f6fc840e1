// What every backend must pass: it agrees with the interpreter, and a long training run does not fill the memory.
import assert from 'node:assert/strict'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import type { Backend } from '../../compiler/backend/backend.ts'
import { plan } from '../../compiler/index.ts'
import { broadcast } from '../../compiler/ir/builder.ts'
import { constant } from '../../compiler/ir/dim.ts'
import { allEqns } from '../../compiler/ir/graph.ts'
import { ops } from '../../compiler/ir/ops/index.ts'
import type { OpName } from '../../compiler/ir/ops/schemas.ts'
import { agree, argumentsFor, bufferOf, build, dim, type } from './agree.ts'
import { cases, remainderOfLeast, scan, sizesList } from './cases.ts'
import { moves, randomCase, smallSizes } from './random.ts'
import { recurrentGradient } from './recurrent.ts'

export interface SuiteOptions {
  /** Whether cases that amplify roundings are held to the bound in 32 bits as well; in 64 bits all are. */
  readonly amplified?: boolean
  /** How many random graphs are run. */
  readonly graphs?: number
}

export function suite(backend: Backend, { amplified = true, graphs = 300 }: SuiteOptions = {}): void {
  describe(`${backend.name} agrees with the interpreter`, () => {
    for (const { name, params, body } of [...cases, remainderOfLeast]) {
      it(name, () => {
        const { context, graph } = build(params, body)
        agree(context, graph, sizesList, { backend })
      })
    }
    it('in 32 bits', () => {
      for (const { params, body, amplifies } of cases) {
        if (amplifies && !amplified) continue
        const { context, graph } = build(params, body)
        agree(context, graph, sizesList, { backend, precision: 'f32' })
      }
    })
    it('on every op of the table', () => {
      const tested = new Set<OpName>(
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
    it('on what ends a large product, which runs after the last part of its sums', () => {
      const types = ['T, H', 'H, H', 'H', 'T, H'].map(text => type(text))
      const { context, graph } = build(types, (b, [x, w, bias, y]) => {
        const sum = b.emit('add', [b.emit('matmul', [x, w]), broadcast(b, bias, [-2], [dim('T')])])
        return [b.emit('tanh', [sum]), b.emit('mul', [b.emit('matmulT', [y, w]), y])]
      })
      const list = [
        { T: 51, H: 601 },
        { T: 3, H: 1027 },
      ]
      agree(context, graph, list, { backend })
      agree(context, graph, list.slice(0, 1), { backend, precision: 'f32' })
    })
    it('on large products in a loop, of which one operand stays the same', () => {
      const { context, graph } = largeLoop()
      const list = [
        { B: 13, T: 3, H: 38 },
        { B: 12, T: 1, H: 515 },
        { B: 2, T: 2, H: 30 },
      ]
      agree(context, graph, list, { backend })
      agree(context, graph, list.slice(0, 1), { backend, precision: 'f32' })
    })
    it('on random graphs', () => {
      const property = fc.property(moves, moves, fc.boolean(), smallSizes, (before, inside, reverse, sizes) => {
        const { params, body } = randomCase(before, inside, reverse)
        const { context, graph } = build(params, body)
        agree(context, graph, [sizes], { backend })
      })
      fc.assert(property, { numRuns: graphs })
    })
  })

  it(`${backend.name} allocates nothing once it is warm`, () => {
    const { context, graph } = recurrentGradient()
    const sizes = { B: 2, T: 3, H: 4 }
    const executable = backend.load(plan(context, graph), 'f32')
    const args = argumentsFor(graph, sizes)
    const inputs = Object.fromEntries(graph.inputs.map((name, i) => [name, bufferOf('real', args[i].data, 'f32')]))
    const heap = (): number => {
      collect()
      const { heapUsed, arrayBuffers } = process.memoryUsage()
      return heapUsed + arrayBuffers
    }
    for (let i = 0; i < 1000; i++) executable.run(sizes, inputs)
    const before = heap()
    for (let i = 0; i < 2500; i++) executable.run(sizes, inputs)
    const grown = heap() - before
    assert.ok(grown < 2 ** 18, `the heap grew by ${grown} bytes`)
  })
}

/** In a scan in a scan: x @ W, Wᵀ @ x, and for each of two batches products with either operand fixed. */
function largeLoop() {
  const types = ['T, B, H', 'H, H', '2, B, H', '2, H, H', 'B, H'].map(text => type(text))
  return build(types, (b, [xs, w, pair, squares, h]) =>
    scan(b, { carries: [h], xs: [xs] }, (s, [state], [x]) => {
      const weights = s.use(w)
      const inner = scan(s, { carries: [state], xs: [s.use(pair)], length: '2' }, (t, [c], [p]) => {
        const next = t.emit('tanh', [t.emit('add', [t.emit('matmul', [c, t.use(weights)]), p])])
        return [next, t.emit('matmulT', [next, t.use(weights)])]
      })
      const twice = broadcast(s, x, [-3], [constant(2)])
      const turned = s.emit('transpose', [twice], { order: [-3, -1, -2] })
      return [
        s.emit('tanh', [s.emit('add', [inner[0], x])]),
        inner[1],
        s.emit('bmm', [twice, s.use(squares)], { ta: false, tb: false }),
        s.emit('bmm', [s.use(squares), turned], { ta: false, tb: false }),
      ]
    }),
  )
}

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

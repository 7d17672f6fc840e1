// Every pointwise op and every function of the library over all of 32 bits, on the CPU.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { js } from '../../compiler/backend/js.ts'
import { wasm, wasmRelaxed } from '../../compiler/backend/wasm.ts'
import { load } from '../../compiler/index.ts'
import { allEqns, type Graph } from '../../compiler/ir/graph.ts'
import { interpret } from '../../compiler/ir/interpret.ts'
import { pointwiseOps } from '../../compiler/ir/ops/pointwise.ts'
import { parse } from '../../dsl/parse.ts'
import { standardLibrary } from '../../dsl/std.ts'
import { exactOf, graphsOf, places, type Sweep, swept } from '../support/sweep.ts'
import { checkColumn } from '../support/sweepTable.ts'

const cases = swept.map(of => ({ of, exact: exactOf(of), ...graphsOf(of) }))

const sizes = { B: 1 }
const reals = { w: Float64Array.from(places), y: new Float64Array(1) }

const swept64 = (run: (graph: Graph, output: string, which: (typeof cases)[number]) => ArrayLike<number>): Sweep[] =>
  cases.map(c => ({ ...c, values: run(c.values, 'v', c), slopes: run(c.slopes, 'd:w', c) }))

describe('functions over all of 32 bits', () => {
  it('by the interpreter', () => {
    const sweeps = swept64((graph, output, { context }) => {
      const args = graph.inputs.map(name => ({
        shape: [name === 'w' ? places.length : 1],
        data: name === 'w' ? reals.w : reals.y,
      }))
      return interpret(context, graph, args, sizes)[graph.outputs.indexOf(output)].data
    })
    checkColumn('interpreter', sweeps, { format: 'f64', margin: 1 })
  })

  it('by the js backend in 64 bits', () => {
    const sweeps = swept64((graph, output, { context }) => load(context, graph, js, 'f64').run(sizes, reals)[output])
    checkColumn('js f64', sweeps, { format: 'f64', margin: 1 })
  })

  it('by the js backend in 32 bits', () => {
    const inputs = { w: places, y: new Float32Array(1) }
    const sweeps = swept64((graph, output, { context }) => load(context, graph, js, 'f32').run(sizes, inputs)[output])
    checkColumn('js f32', sweeps, { format: 'f32', margin: 1 })
  })

  for (const backend of [wasm, wasmRelaxed]) {
    it(`by the ${backend.name} backend in 64 bits`, () => {
      const sweeps = swept64(
        (graph, output, { context }) => load(context, graph, backend, 'f64').run(sizes, reals)[output],
      )
      checkColumn('wasm f64', sweeps, { format: 'f64', margin: 1 })
    })

    it(`by the ${backend.name} backend in 32 bits`, () => {
      const inputs = { w: places, y: new Float32Array(1) }
      const sweeps = swept64(
        (graph, output, { context }) => load(context, graph, backend, 'f32').run(sizes, inputs)[output],
      )
      checkColumn('wasm f32', sweeps, { format: 'f32', margin: 128 })
    })
  }

  it('all that there are', () => {
    const used = new Set(cases.flatMap(c => [...allEqns(c.values), ...allEqns(c.slopes)].map(e => e.op)))
    const differentiable = pointwiseOps.filter(op => op.vjp !== undefined).map(op => op.name)
    assert.deepEqual(
      differentiable.filter(name => !used.has(name)),
      [],
    )
    const functions = parse(standardLibrary['functions.rnn'], 'functions.rnn').program.items.flatMap(i =>
      i.kind === 'fn' ? [i.name.text] : [],
    )
    // But for the first they are no functions of one number.
    assert.deepEqual(
      functions.filter(name => !swept.some(s => s.text.startsWith(`${name}(`))),
      ['identity', 'dropout', 'zoneout', 'layer_norm'],
    )
  })

  it('flat where they are constant to the last bit', () => {
    const flat = [
      'tanh(x)',
      'gelu(x)',
      'silu(x)',
      'softsign(x)',
      'hard_sigmoid(x)',
      'softplus(x)',
      'elu(x)',
      'sigmoid(x)',
    ]
    const inputs = { w: places, y: new Float32Array(1) }
    for (const c of cases.filter(({ of }) => flat.includes(of.text))) {
      const slopes = load(c.context, c.slopes, js, 'f32').run(sizes, inputs)['d:w']
      places.forEach((x, i) => {
        // From 110 on e^-|x| is no number of 32 bits; from 1e23 on (1 + |x|)^-2.
        if (Math.abs(x) < (c.of.text === 'softsign(x)' ? 1e23 : 110)) return
        assert.ok(slopes[i] === 0 || slopes[i] === 1, `the slope of ${c.of.text} at ${x} is ${slopes[i]}`)
      })
    }
    const tanh = cases.find(c => c.of.text === 'tanh(x)') ?? assert.fail()
    const slopes = load(tanh.context, tanh.slopes, js, 'f32').run(sizes, inputs)['d:w']
    places.forEach((x, i) => {
      if (Math.fround(Math.tanh(x)) ** 2 === 1 && Math.abs(x) > 9.02)
        assert.equal(slopes[i], 0, `the slope of tanh at ${x}`)
    })
  })
})

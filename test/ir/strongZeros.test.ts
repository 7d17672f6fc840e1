// A derivative of 0 stays 0 beside infinities and NaN: the promise that what is not chosen has no influence, op by op.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { js } from '../../compiler/backend/js.ts'
import { load } from '../../compiler/index.ts'
import { adjoint } from '../../compiler/ir/adjoint.ts'
import { array, type NdArray, sizeOf } from '../../compiler/ir/array.ts'
import { createBuilder } from '../../compiler/ir/builder.ts'
import { evaluate } from '../../compiler/ir/dim.ts'
import type { Type } from '../../compiler/ir/graph.ts'
import { interpret } from '../../compiler/ir/interpret.ts'
import { readGraph } from '../../compiler/ir/read.ts'
import { extendGraph } from '../../compiler/numbers/extend.ts'
import { tangents } from '../../compiler/numbers/tangents.ts'
import { naive, type Pipeline, runPasses, standard } from '../../compiler/passes/pipeline.ts'
import { bufferOf, graphOf } from '../backend/agree.ts'
import { derivativeCases } from './derivativeCases.ts'
import { becomes } from './passes.ts'

/** What stands in every real operand, beginning with another of them each time. */
const wild = [Number.POSITIVE_INFINITY, Number.NaN, 0, Number.NEGATIVE_INFINITY, 1e308, -1e308, 1e-320]

/** No case has more operands whose wild numbers should meet each other. */
const turns = wild.keys()

const wildArray = (shape: readonly number[], from: number): NdArray =>
  array(
    [...shape],
    Array.from({ length: sizeOf(shape) }, (_, i) => wild[(i + from) % wild.length]),
  )

const zeros = (shape: readonly number[]): NdArray => array([...shape], new Array<number>(sizeOf(shape)).fill(0))

describe('a derivative of 0', () => {
  for (const [op, list] of Object.entries(derivativeCases)) {
    it(`stays 0 backward and forward through ${op}`, () => {
      for (const turn of turns) for (const c of list) check(c, turn)
    })
  }

  it('stays 0 where others of the same sum are not', () => {
    const text = `graph mixed {
      input d: real[2, 1]
      input x: real[2, 1]
      %r = outer(%d, %x, strongLeft=true)
      output r
    }`
    const { graph, context } = readGraph(text)
    const args = [array([2, 1], [0, 3]), array([2, 1], [Number.POSITIVE_INFINITY, 2])]
    assert.deepEqual([...interpret(context, graph, args, {})[0].data], [6])
    const found = load(context, graph, js, 'f64').run({}, { d: args[0].data, x: args[1].data })
    assert.deepEqual([...found.r], [6])
  })

  it('leaves what is infinite and chosen as it is', () => {
    const { graph, context } = readGraph(
      'graph chosen {\ninput d: real[2]\ninput x: real[2]\n%r = strong_mul(%d, %x)\n%q = strong_div(%d, %x)\noutput r\noutput q\n}',
    )
    const args = [array([2], [2, Number.NaN]), array([2], [Number.POSITIVE_INFINITY, 0])]
    const [r, q] = interpret(context, graph, args, {})
    assert.deepEqual([...r.data, ...q.data], [Number.POSITIVE_INFINITY, Number.NaN, 0, Number.NaN])
  })
})

/** All cotangents of zeros, and the tangents along zeros, at wild operands. */
function check({ text, sizes = {}, data = {} }: (typeof derivativeCases)[string][number], turn: number): void {
  const { graph, context } = readGraph(text)
  const shapeOf = (v: Type): number[] => v.shape.map(d => evaluate(d, sizes))
  const args = graph.params.map((param, i) =>
    param.dtype === 'real' ? wildArray(shapeOf(param), turn + i) : array(shapeOf(param), [...data[graph.inputs[i]]]),
  )
  const b = createBuilder(context, undefined, graph)
  const real = graph.results.filter(r => r.dtype === 'real')
  const seeds = real.map(r => b.param(r, { hint: 'd' }))
  const wanted = graph.params.filter(p => p.dtype === 'real')
  const found = adjoint(b, b, new Map(real.map((r, i) => [r.id, seeds[i]])), wanted)
  const backward = graphOf(b.finish(wanted.flatMap(w => found.get(w.id) ?? [])))
  const all = [...args, ...seeds.map(s => zeros(shapeOf(s)))]
  const onlyZeros = (name: string, results: readonly ArrayLike<number>[]): void => {
    for (const result of results) {
      for (const x of Array.from(result)) assert.ok(x === 0, `${name} gives ${Array.from(result)} for\n${text}`)
    }
  }
  onlyZeros(
    'the interpreter',
    interpret(context, backward, all, sizes).map(a => a.data),
  )
  for (const pipeline of [naive, standard] satisfies Pipeline[]) {
    for (const precision of ['f64', 'f32'] as const) {
      const inputs = Object.fromEntries(
        backward.params.map((p, i) => [backward.inputs[i], bufferOf(p.dtype, all[i].data, precision)]),
      )
      const passed = runPasses(context, backward, pipeline.backward)
      const results = load(context, passed, js, precision).run(sizes, inputs)
      onlyZeros(`js ${precision} ${pipeline.name}`, Object.values(results))
    }
  }
  const names = graph.inputs.filter((_, i) => graph.params[i].dtype === 'real')
  const extended = extendGraph(context, graph, tangents, names)
  const along = names.map(name => zeros(shapeOf(graph.params[graph.inputs.indexOf(name)])))
  const results = interpret(context, extended, [...args, ...along], sizes)
  onlyZeros(
    'forward mode',
    results.filter((_, i) => extended.outputs[i].startsWith('tangent:')).map(a => a.data),
  )
}

describe('a strong zero costs nothing', () => {
  it('where the other factor is a weight', () => {
    const { graph, context } = readGraph(
      'graph weights {\ninput d: real[B, 3]\ninput W: real[3, 2]\n%r = matmulT(%d, %W, strongLeft=true)\noutput r\n}',
    )
    const params = graph.params.map((p, i) => (graph.inputs[i] === 'W' ? { ...p, finite: true } : p))
    const known = { ...graph, params, eqns: graph.eqns.map(e => ({ ...e, ins: [e.ins[0], params[1]] })) }
    const [eqn] = runPasses(context, known, standard.backward).eqns
    assert.deepEqual(eqn.attrs, {})
  })

  it('unless the other factor may be infinite, as a sum of weights may', () => {
    const text =
      'input x: real[B, 3]\ninput w: real[3, 3]\n%s = add(%w, %w)\n%r = matmul(%x, %s, strongLeft=true)\noutput r'
    becomes(standard.backward, text, text)
  })
})

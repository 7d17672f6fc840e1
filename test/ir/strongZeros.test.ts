// A derivative of 0 stays 0 beside infinities and NaN: the promise that what is not chosen has no influence, op by op.
import assert from 'node:assert/strict'
import { describe, it } from 'vitest'
import { js } from '../../compiler/backend/js.ts'
import { compile, load } from '../../compiler/index.ts'
import { adjoint } from '../../compiler/ir/adjoint.ts'
import { array, type NdArray, sizeOf } from '../../compiler/ir/array.ts'
import { createBuilder } from '../../compiler/ir/builder.ts'
import { evaluate } from '../../compiler/ir/dim.ts'
import type { Type } from '../../compiler/ir/graph.ts'
import { interpret } from '../../compiler/ir/interpret.ts'
import { readGraph } from '../../compiler/ir/read.ts'
import { cse } from '../../compiler/passes/cse.ts'
import { dce } from '../../compiler/passes/dce.ts'
import { naive, type Pipeline, runPasses, standard } from '../../compiler/passes/pipeline.ts'
import { weaken, weakenRules } from '../../compiler/passes/weaken.ts'
import { extendGraph } from '../../trust/numbers/extend.ts'
import { tangents } from '../../trust/numbers/tangents.ts'
import { bufferOf, graphOf } from '../backend/agree.ts'
import { derivativeCases } from './derivativeCases.ts'
import { becomes } from './passes.ts'

/** What stands in every real operand, beginning with another of them each time. */
const wild = [Number.POSITIVE_INFINITY, Number.NaN, 0, Number.NEGATIVE_INFINITY, 1e308, -1e308, 1e-320]

/** With which of them an operand begins. */
const turns = [...wild.keys()]

const wildArray = (shape: readonly number[], from: number): NdArray =>
  array(
    [...shape],
    Array.from({ length: sizeOf(shape) }, (_, i) => wild[(i + from) % wild.length]),
  )

const zeros = (shape: readonly number[]): NdArray => array([...shape], new Array<number>(sizeOf(shape)).fill(0))

describe('a derivative of 0', () => {
  for (const [op, list] of Object.entries(derivativeCases)) {
    it(`stays 0 backward and forward through ${op}`, () => {
      for (const c of list) check(c)
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

/** All cotangents of zeros, and the tangents along zeros, at wild operands, which begin with each of the wild numbers. */
function check({ text, sizes = {}, data = {} }: (typeof derivativeCases)[string][number]): void {
  const { graph, context } = readGraph(text)
  const shapeOf = (v: Type): number[] => v.shape.map(d => evaluate(d, sizes))
  const b = createBuilder(context, undefined, graph)
  const real = graph.results.filter(r => r.dtype === 'real')
  const seeds = real.map(r => b.param(r, { hint: 'd' }))
  const wanted = graph.params.filter(p => p.dtype === 'real')
  const found = adjoint(b, b, new Map(real.map((r, i) => [r.id, seeds[i]])), wanted)
  const backward = graphOf(b.finish(wanted.flatMap(w => found.get(w.id) ?? [])))
  const compiled = ([naive, standard] satisfies Pipeline[]).flatMap(pipeline => {
    const passed = runPasses(context, backward, pipeline.backward)
    return (['f64', 'f32'] as const).map(precision => ({
      name: `js ${precision} ${pipeline.name}`,
      precision,
      executable: load(context, passed, js, precision),
    }))
  })
  const names = graph.inputs.filter((_, i) => graph.params[i].dtype === 'real')
  const extended = extendGraph(context, graph, tangents, names)
  const along = names.map(name => zeros(shapeOf(graph.params[graph.inputs.indexOf(name)])))
  const onlyZeros = (name: string, results: readonly ArrayLike<number>[]): void => {
    for (const result of results) {
      for (const x of Array.from(result)) assert.ok(x === 0, `${name} gives ${Array.from(result)} for\n${text}`)
    }
  }
  for (const turn of turns) {
    const args = graph.params.map((param, i) =>
      param.dtype === 'real' ? wildArray(shapeOf(param), turn + i) : array(shapeOf(param), [...data[graph.inputs[i]]]),
    )
    const all = [...args, ...seeds.map(s => zeros(shapeOf(s)))]
    onlyZeros(
      'the interpreter',
      interpret(context, backward, all, sizes).map(a => a.data),
    )
    for (const { name, precision, executable } of compiled) {
      const inputs = Object.fromEntries(
        backward.params.map((p, i) => [backward.inputs[i], bufferOf(p.dtype, all[i].data, precision)]),
      )
      onlyZeros(name, Object.values(executable.run(sizes, inputs)))
    }
    const results = interpret(context, extended, [...args, ...along], sizes)
    onlyZeros(
      'forward mode',
      results.filter((_, i) => extended.outputs[i].startsWith('tangent:')).map(a => a.data),
    )
  }
}

/** Equations on x, y: real[B, 3] and labels i: int[B], to an output r; `%k = c(2)` is 2 everywhere. */
const whole = (text: string): string =>
  `input x: real[B, 3]\ninput y: real[B, 3]\ninput i: int[B]\n${text.replaceAll(
    /(%\w+) = c\((\S+)\)/g,
    '$1_c = constant($2, real)\n$1 = broadcast($1_c, [-2, -1], [B, 3])',
  )}\noutput r`

const examples: readonly (readonly [rule: string, before: string, after: string])[] = [
  ['strong-finite', '%k = c(2)\n%r = strong_mul(%x, %k)', '%k = c(2)\n%r = mul(%x, %k)'],
  ['strong-finite', '%k = c(2)\n%r = strong_mul(%k, %x)', '%k = c(2)\n%r = mul(%k, %x)'],
  [
    'strong-finite',
    '%n = real(%i)\n%k = broadcast(%n, [-1], [3])\n%r = strong_mul(%x, %k)',
    '%n = real(%i)\n%k = broadcast(%n, [-1], [3])\n%r = mul(%x, %k)',
  ],
  ['strong-finite', '%r = strong_mul(%x, %y)', '%r = strong_mul(%x, %y)'],
  ['strong-finite', '%k = c(Infinity)\n%r = strong_mul(%x, %k)', '%k = c(Infinity)\n%r = strong_mul(%x, %k)'],
  // Infinite, and 0 on a GPU, in 32 bits.
  ['strong-finite', '%k = c(1e39)\n%r = strong_mul(%x, %k)', '%k = c(1e39)\n%r = strong_mul(%x, %k)'],
  ['strong-finite', '%k = c(1e-39)\n%r = strong_div(%x, %k)', '%k = c(1e-39)\n%r = strong_div(%x, %k)'],
  ['strong-finite', '%k = c(2)\n%r = strong_div(%x, %k)', '%k = c(2)\n%r = div(%x, %k)'],
  ['strong-finite', '%k = c(0)\n%r = strong_div(%x, %k)', '%k = c(0)\n%r = strong_div(%x, %k)'],
  ['strong-finite', '%k = c(1)\n%r = strong_div(%k, %x)', '%k = c(1)\n%r = div(%k, %x)'],
  ['strong-nothing', '%k = c(0)\n%r = strong_mul(%k, %x)', '%r = c(0)'],
  ['strong-nothing', '%k = c(0)\n%r = strong_div(%k, %x)', '%r = c(0)'],
  [
    'strong-products',
    '%n = constant(2, real)\n%w = broadcast(%n, [-2, -1], [4, 3])\n%r = matmul(%x, %w, strongLeft=true)',
    '%n = constant(2, real)\n%w = broadcast(%n, [-2, -1], [4, 3])\n%r = matmul(%x, %w)',
  ],
  [
    'strong-products',
    '%n = constant(2, real)\n%d = broadcast(%n, [-2, -1], [B, 4])\n%r = outer(%d, %x, strongLeft=true, strongRight=true)',
    '%n = constant(2, real)\n%d = broadcast(%n, [-2, -1], [B, 4])\n%r = outer(%d, %x, strongLeft=true)',
  ],
  ['strong-products', '%r = outer(%x, %y, strongLeft=true)', '%r = outer(%x, %y, strongLeft=true)'],
  // The sum of two that are finite may not be.
  [
    'strong-products',
    '%n = constant(3e38, real)\n%w = broadcast(%n, [-2, -1], [4, 3])\n%s = add(%w, %w)\n%r = matmul(%x, %s, strongLeft=true)',
    '%n = constant(3e38, real)\n%w = broadcast(%n, [-2, -1], [4, 3])\n%s = add(%w, %w)\n%r = matmul(%x, %s, strongLeft=true)',
  ],
]

describe('weaken', () => {
  for (const [rule, before, after] of examples) {
    it(`${rule}: ${before.split('\n').at(-1)}`, () => becomes([weaken, cse, dce], whole(before), whole(after)))
  }

  it('every rule has an example', () => {
    assert.deepEqual(
      weakenRules.map(r => r.name).filter(name => !examples.some(([rule]) => rule === name)),
      [],
    )
  })

  it('takes weights to be finite, as training ends where they are not', () => {
    const source = 'model M { input x: [2] over T; target y: [1]; loss mse(x |> dense(3) |> dense(1) |> last, y) }'
    const graph = compile(source).gradient()
    // The second layer's input may be infinite in padding, and the weights between the two layers are not.
    const products = graph.eqns.flatMap(e => (e.op.startsWith('matmul') || e.op === 'outer' ? [[e.op, e.attrs]] : []))
    assert.deepEqual(products.sort(), [
      ['matmul', {}],
      ['matmul', {}],
      ['matmulT', {}],
      ['outer', { strongLeft: true }],
      ['outer', { strongLeft: true }],
    ])
  })
})

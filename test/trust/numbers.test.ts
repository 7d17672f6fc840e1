// Extended numbers against each other, on random graphs: tangents from formulas, cotangents from the ops' own rules, complex steps.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { adjoint } from '../../compiler/ir/adjoint.ts'
import { array, type NdArray, sizeOf } from '../../compiler/ir/array.ts'
import { createBuilder, scalar } from '../../compiler/ir/builder.ts'
import { evaluate } from '../../compiler/ir/dim.ts'
import type { Graph } from '../../compiler/ir/graph.ts'
import { interpret } from '../../compiler/ir/interpret.ts'
import { printGraph } from '../../compiler/ir/printGraph.ts'
import { verify } from '../../compiler/ir/verify.ts'
import { isAnalytic, withBranches } from '../../trust/numbers/branches.ts'
import { extendGraph, type Numbers } from '../../trust/numbers/extend.ts'
import { imaginary } from '../../trust/numbers/imaginary.ts'
import { roundings } from '../../trust/numbers/roundings.ts'
import { starts } from '../../trust/numbers/startValues.ts'
import { tangents } from '../../trust/numbers/tangents.ts'
import { build, type } from '../backend/agree.ts'
import { randomNumbers } from '../ir/gradientCheck.ts'
import { type RandomGraph, randomGraphs } from '../ir/randomGraph.ts'

const runs = { numRuns: 300, interruptAfterTimeLimit: 30_000 }

/** The graph with one scalar result: a smooth sum of all. */
function summed({ context, graph }: RandomGraph): Graph {
  const b = createBuilder(context, undefined, graph)
  const sums = graph.results
    .filter(r => r.dtype === 'real')
    .map(r => b.emit('sum', [b.emit('sin', [r])], { axes: r.shape.map((_, d) => d - r.shape.length) }))
  const loss = [scalar(b, 0), ...sums].reduce((x, y) => b.emit('add', [x, y]))
  return { ...graph, inputs: graph.params.map((_, i) => `x${i}`), outputs: ['loss'], ...b.finish([loss]) }
}

const realsOf = (graph: Graph): string[] => graph.inputs.filter((_, i) => graph.params[i].dtype === 'real')

/** What the graph of extended numbers gives; `beside` are the further inputs, by name. */
function run(
  { context, args, sizes }: RandomGraph,
  graph: Graph,
  numbers: Numbers,
  beside: ReadonlyMap<string, NdArray>,
): ReadonlyMap<string, NdArray> {
  const extended = extendGraph(context, graph, numbers, [...beside.keys()])
  verify(context, extended)
  const results = interpret(context, extended, [...args, ...beside.values()], sizes)
  return new Map(extended.outputs.map((name, i) => [name, results[i]]))
}

/** One random direction of every real input. */
function direction({ sizes }: RandomGraph, graph: Graph): Map<string, NdArray> {
  const random = randomNumbers(7)
  return new Map(
    realsOf(graph).map(name => {
      const shape = graph.params[graph.inputs.indexOf(name)].shape.map(d => evaluate(d, sizes))
      return [
        name,
        array(
          shape,
          Array.from({ length: sizeOf(shape) }, () => 2 * random() - 1),
        ),
      ]
    }),
  )
}

const only = (a: NdArray | undefined): number => a?.data[0] ?? 0

/** As plain numbers: of NaNs assert compares the bits in typed arrays, and engines are free with those. */
const numbers = (a: NdArray | undefined): readonly number[] => Array.from(a?.data ?? [])

const close = (a: number, b: number, scale: number): boolean => a === b || Math.abs(a - b) <= 1e-9 * scale

describe('on random graphs', () => {
  it('the tangent of a sum is what its cotangents give along the same direction', () => {
    let compared = 0
    fc.assert(
      fc.property(randomGraphs, random => {
        const graph = summed(random)
        const { context, args, sizes } = random
        const v = direction(random, graph)
        const results = run(random, graph, tangents, v)
        if (!Number.isFinite(only(results.get('loss')))) return
        const found = only(results.get('tangent:loss'))
        const b = createBuilder(context, undefined, graph)
        const wanted = realsOf(graph).map(name => graph.params[graph.inputs.indexOf(name)])
        const cotangents = adjoint(b, b, new Map([[graph.results[0].id, scalar(b, 1)]]), wanted)
        const given = wanted.flatMap(w => cotangents.get(w.id) ?? [])
        const gradients = interpret(context, b.finish(given), args, sizes)
        let expected = 0
        let scale = 1
        const names = realsOf(graph).filter((_, i) => cotangents.has(wanted[i].id))
        names.forEach((name, i) => {
          v.get(name)?.data.forEach((d, j) => {
            expected += d * gradients[i].data[j]
            scale += Math.abs(d * gradients[i].data[j])
          })
        })
        compared++
        assert.ok(close(found, expected, scale), `tangent ${found}, cotangents ${expected}\n${printGraph(graph)}`)
      }),
      runs,
    )
    assert.ok(compared > 50, `only ${compared} were compared`)
  })

  it('a complex step gives the tangent', () => {
    const h = 1e-20
    let compared = 0
    fc.assert(
      fc.property(randomGraphs, random => {
        const graph = summed(random)
        const v = direction(random, graph)
        const step = new Map([...v].map(([name, a]) => [name, { ...a, data: a.data.map(d => d * h) }]))
        const expected = only(run(random, graph, tangents, v).get('tangent:loss'))
        const results = run(random, graph, imaginary, step)
        const found = only(results.get('imaginary:loss')) / h
        if (!Number.isFinite(only(results.get('loss')))) return
        compared++
        assert.ok(close(found, expected, 1 + Math.abs(expected)), `${found}, ${expected}\n${printGraph(graph)}`)
      }),
      runs,
    )
    assert.ok(compared > 50, `only ${compared} were compared`)
  })

  it('two places give both, branches change no result, and errors are bounds that are not negative', () => {
    fc.assert(
      fc.property(randomGraphs, random => {
        const graph = summed(random)
        const { context, args, sizes } = random
        const [expected] = interpret(context, graph, args, sizes)
        const place = new Map(realsOf(graph).map(name => [name, args[graph.inputs.indexOf(name)]]))
        const two = run(random, graph, starts, place)
        const same = (found: NdArray | undefined): void => assert.deepEqual(numbers(found), numbers(expected))
        same(two.get('loss'))
        same(two.get('start:loss') ?? expected)
        const branched = withBranches(context, graph, realsOf(graph))
        verify(context, branched)
        same(interpret(context, branched, args, sizes)[0])
        const rounding = run(random, graph, roundings, new Map())
        same(rounding.get('loss'))
        const error = only(rounding.get('rounding:loss'))
        assert.ok(!(error < 0), `an error of ${error}`)
      }),
      runs,
    )
  })
})

describe('extrema', () => {
  /** The extremum along N of rows of x, and its tangent along a direction of ones. */
  function extremum(op: 'reduce_max' | 'reduce_min', rows: readonly (readonly number[])[]): (readonly number[])[] {
    const { context, graph } = build([type('M,N')], (b, [x]) => [b.emit(op, [x], { axis: -1 })])
    const shape = [rows.length, rows[0].length]
    const extended = extendGraph(context, { ...graph, inputs: ['x'], outputs: ['y'] }, tangents, ['x'])
    verify(context, extended)
    const ones = array(
      shape,
      rows.flat().map(() => 1),
    )
    return interpret(context, extended, [array(shape, rows.flat()), ones], { M: shape[0], N: shape[1] }).map(numbers)
  }
  const { NaN: nan, POSITIVE_INFINITY: inf } = Number

  it('are no numbers where an element is none, wherever it stands', () => {
    const rows = [
      [1, 3, 2],
      [nan, 3, 2],
      [1, nan, 2],
      [1, 3, nan],
      [-inf, 3, inf],
    ]
    assert.deepEqual(extremum('reduce_max', rows), [
      [3, nan, nan, nan, inf],
      [1, 0, 0, 0, 1],
    ])
    assert.deepEqual(extremum('reduce_min', rows), [
      [1, nan, nan, nan, -inf],
      [1, 0, 0, 0, 1],
    ])
  })

  it('of nothing are infinite, and have no tangent', () => {
    assert.deepEqual(extremum('reduce_max', [[], []]), [
      [-inf, -inf],
      [0, 0],
    ])
  })
})

describe('edges', () => {
  /** What lies on one, for x = 0, 0, 0, 4 to the powers 0.5, 2, 1.5, 0.5. */
  function edges(op: 'sqrt' | 'pow' | 'tanh'): number[][] {
    const { context, graph } = build([type('N'), type('N')], (b, [x, y]) => [b.emit(op, op === 'pow' ? [x, y] : [x])])
    const branched = withBranches(context, graph, graph.inputs)
    verify(context, branched)
    assert.ok(isAnalytic(branched))
    const args = [array([4], [0, 0, 0, 4]), array([4], [0.5, 2, 1.5, 0.5])]
    const results = interpret(context, branched, args, { N: 4 })
    return branched.outputs.flatMap((name, i) => (name.startsWith('edge:') ? [Array.from(results[i].data)] : []))
  }

  it('are roots of 0, and powers of 0 that are no whole numbers', () => {
    assert.deepEqual(edges('sqrt'), [[1, 1, 1, 0]])
    assert.deepEqual(edges('pow'), [[1, 0, 1, 0]])
    assert.deepEqual(edges('tanh'), [])
  })
})

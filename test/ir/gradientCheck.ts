// Compares the gradients that `adjoint` builds with differences of the interpreter, in float64.
import assert from 'node:assert/strict'
import { adjoint } from '../../compiler/ir/adjoint.ts'
import { array, type NdArray, sizeOf } from '../../compiler/ir/array.ts'
import { createBuilder, scalar } from '../../compiler/ir/builder.ts'
import { evaluate, type Sizes } from '../../compiler/ir/dim.ts'
import type { Value } from '../../compiler/ir/graph.ts'
import { interpret } from '../../compiler/ir/interpret.ts'
import { readGraph } from '../../compiler/ir/read.ts'
import { verify } from '../../compiler/ir/verify.ts'

export interface GradientCase {
  /** A graph as IR text. */
  readonly text: string
  readonly sizes?: Sizes
  /** The smallest and the largest value of a real input by name; absolute values of random sign where it has none. */
  readonly ranges?: Readonly<Record<string, readonly [number, number]>>
  /** The elements of int and bool inputs by name. */
  readonly data?: Readonly<Record<string, readonly number[]>>
}

/** Numbers in [0, 1), the same in each run. */
export function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const mixed = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) >>> 0
    return mixed / 2 ** 32
  }
}

/** A fourth-order central difference at this step is good to some 1e-12; inputs keep clear of kinks by more than two. */
const step = 2e-4

/** Σ outputs · random weights, differentiated by `adjoint` and by differences, must agree to 1e-7. */
export function checkGradients({ text, sizes = {}, ranges = {}, data = {} }: GradientCase, seed = 1): void {
  const { graph, context } = readGraph(text)
  const random = randomNumbers(seed)
  const shapeOf = (v: Value): number[] => v.shape.map(d => evaluate(d, sizes))
  const args = graph.params.map((param, i) => {
    const name = graph.inputs[i]
    const shape = shapeOf(param)
    return array(shape, param.dtype === 'real' ? spread(sizeOf(shape), ranges[name], random) : data[name])
  })
  const b = createBuilder(context, undefined, graph)
  const weights = graph.results.map(r => b.param({ dtype: 'real', shape: r.shape }, { hint: 'weight' }))
  const loss = graph.results
    .map((r, i) => b.emit('sum', [b.emit('mul', [r, weights[i]])], { axes: r.shape.map((_, d) => d - r.shape.length) }))
    .reduce((x, y) => b.emit('add', [x, y]))
  const all = [...args, ...weights.map(w => array(shapeOf(w), spread(sizeOf(shapeOf(w)), undefined, random)))]
  const forward = { params: [...b.params], eqns: [...b.eqns], results: [loss] }
  const value = (inputs: readonly NdArray[]): number => interpret(context, forward, inputs, sizes)[0].data[0]

  const wanted = graph.params.filter(p => p.dtype === 'real')
  const found = adjoint(b, b, new Map([[loss.id, scalar(b, 1)]]), wanted)
  const block = b.finish([loss, ...wanted.flatMap(w => found.get(w.id) ?? [])])
  verify(context, block)
  const [, ...gradients] = interpret(context, block, all, sizes)

  for (const param of wanted) {
    const place = graph.params.indexOf(param)
    const numeric = args[place].data.map((_, j) => difference(value, all, place, j))
    const has = found.has(param.id)
    const gradient = has ? (gradients.shift()?.data ?? []) : numeric.map(() => 0)
    assert.equal(gradient.length, numeric.length, `the gradient of ${graph.inputs[place]} has another size`)
    const scale = Math.max(...numeric.map(Math.abs), 1e-4)
    numeric.forEach((n, j) => {
      const error = Math.abs(gradient[j] - n) / scale
      assert.ok(error < 1e-7, `d ${graph.inputs[place]}[${j}] is ${gradient[j]} and should be ${n}\n${text}`)
    })
  }
}

function difference(
  value: (inputs: readonly NdArray[]) => number,
  args: readonly NdArray[],
  place: number,
  j: number,
): number {
  const moved = (by: number): number =>
    value(
      args.map((a, i) =>
        i === place
          ? array(
              a.shape,
              a.data.map((x, k) => (k === j ? x + by : x)),
            )
          : a,
      ),
    )
  return (8 * (moved(step) - moved(-step)) - (moved(2 * step) - moved(-2 * step))) / (12 * step)
}

/** Values of different size, none near 0 or near another; of random sign unless a range is given. */
function spread(count: number, range: readonly [number, number] | undefined, random: () => number): number[] {
  const [low, high] = range ?? [0.2, 1.4]
  const places = Array.from({ length: count }, (_, i) => i)
  const shuffled = places.map(i => ({ i, key: random() })).sort((a, b) => a.key - b.key)
  return shuffled.map(({ i }) => {
    const size = low + ((i + 0.5 * random()) / count) * (high - low)
    return range === undefined && random() < 0.5 ? -size : size
  })
}

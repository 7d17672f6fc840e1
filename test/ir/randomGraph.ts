// Random graphs for property tests: many ops, nested loops, and dimensions that collide or are 0 or 1.
import fc from 'fast-check'
import { array, type NdArray, sizeOf } from '../../compiler/ir/array.ts'
import type { Context } from '../../compiler/ir/builder.ts'
import {
  type Binding,
  type Builder,
  broadcast,
  constantLike,
  createBuilder,
  emitScan,
  newValue,
} from '../../compiler/ir/builder.ts'
import { constant, type Dim, equal, evaluate, multiply, type Sizes, sameShape, symbol } from '../../compiler/ir/dim.ts'
import type { Graph, Type, Value } from '../../compiler/ir/graph.ts'
import { newContext } from '../../compiler/ir/ops/index.ts'
import { printGraph } from '../../compiler/ir/printGraph.ts'
import { randomNumbers } from './gradientCheck.ts'

export interface RandomGraph {
  readonly context: Context
  readonly graph: Graph
  readonly sizes: Sizes
  readonly args: readonly NdArray[]
  /** How fast-check shows it. */
  readonly [fc.toStringMethod]: () => string
}

/** Draws a number below n. */
type Draw = (n: number) => number

const [T, B, H] = ['T', 'B', 'H'].map(name => symbol(name))
const real = (...shape: Dim[]): Type => ({ dtype: 'real', shape })

const inputTypes: readonly Type[] = [
  real(T, B, H),
  real(B, H),
  real(H, H),
  real(T, T, B),
  real(H),
  real(),
  { dtype: 'int', shape: [T, B] },
]

/** Hints with all that a printer must take care of. */
const hints = ['', 'h', 'h', 'W_i', "c'", 'h0.W', 'h.2', '3d', 'a b', 'real']

export const randomGraphs: fc.Arbitrary<RandomGraph> = fc
  .array(fc.nat({ max: 9999 }), { minLength: 4, maxLength: 300, size: 'max' })
  .map(graphFrom)

/** The graph that a list of choices makes; fewer choices make a smaller graph. */
function graphFrom(choices: readonly number[]): RandomGraph {
  let next = 0
  const draw: Draw = n => (choices[next++] ?? 0) % n
  const context = newContext()
  const sizes = { T: [2, 3, 1, 0][draw(4)], B: [2, 3, 1, 0][draw(4)], H: [2, 3, 1][draw(3)] }
  const b = createBuilder(context)
  const pool = inputTypes.map(type => b.param(type, { hint: hints[draw(hints.length)] }))
  while (next < choices.length) pool.push(...grow({ b, pool, draw, sizes, depth: 0 }))
  const results = [...pool.slice(-3), pool[draw(pool.length)]]
  const random = randomNumbers(choices.length + (choices[0] ?? 0))
  const args = inputTypes.map(({ dtype, shape }) => {
    const numbers = shape.map(d => evaluate(d, sizes))
    const element = (): number => (dtype === 'int' ? Math.floor(random() * sizes.H) : 4 * random() - 2)
    return array(numbers, Array.from({ length: sizeOf(numbers) }, element))
  })
  const inputs = inputTypes.map((_, i) => (i === 0 ? b.params[0].hint || 'x' : `in.${i}`))
  const outputs = results.map((_, i) => ['loss', 'out.h', 'state c', 'y'][i])
  const graph = { name: 'random', inputs, outputs, ...b.finish(results) }
  return { context, graph, sizes, args, [fc.toStringMethod]: () => printGraph(graph) }
}

interface Growth {
  readonly b: Builder
  /** The values to choose operands from. */
  readonly pool: readonly Value[]
  readonly draw: Draw
  readonly sizes: Sizes
  /** How many loops this is inside of. */
  readonly depth: number
}

/** Emits a few equations, and gives the values that others may use. */
function grow(g: Growth): readonly Value[] {
  const { b, pool, draw } = g
  b.note = { hint: hints[draw(hints.length)] }
  const reals = pool.filter(v => v.dtype === 'real')
  // Half the time a recent value, so that ops meet those they follow on.
  const v = draw(2) === 0 ? reals[reals.length - 1 - draw(Math.min(reals.length, 2))] : pick(draw, reals)
  const made = growths[draw(growths.length)](g, v)
  return made.length > 0 ? made : [b.emit(pick(draw, ['tanh', 'sigmoid', 'neg']), [v])]
}

const pick = <X>(draw: Draw, list: readonly X[]): X => list[draw(list.length)]
const size = (g: Growth, dim: Dim): number => evaluate(dim, g.sizes)
/** A random axis that is not empty, counted from the end. */
function axisOf(g: Growth, v: Value): number | undefined {
  const axes = v.shape.map((_, d) => d - v.shape.length).filter(a => size(g, v.shape[v.shape.length + a]) > 0)
  return axes.length === 0 ? undefined : pick(g.draw, axes)
}
const dimAt = (v: Value, axis: number): Dim => v.shape[v.shape.length + axis]
const withoutAxis = (v: Value, axis: number): Dim[] => v.shape.filter((_, d) => d !== v.shape.length + axis)
const some = (v: Value | undefined): readonly Value[] => (v === undefined ? [] : [v])

const partner = (g: Growth, v: Value): Value => {
  const alike = g.pool.filter(w => w.dtype === 'real' && sameShape(w.shape, v.shape))
  return pick(g.draw, [...alike, v])
}

/** The moves that keep all elements that they show. */
const moves: readonly ((g: Growth, v: Value) => Value | undefined)[] = [
  (g, v) => {
    const count = 1 + g.draw(2)
    const rank = v.shape.length + count
    if (rank > 4) return undefined
    const places = [...new Set(Array.from({ length: count }, () => -1 - g.draw(rank)))].filter(
      p => -p <= v.shape.length + 1,
    )
    return broadcast(
      g.b,
      v,
      places,
      places.map(() => pick(g.draw, [T, B, H, constant(2)])),
    )
  },
  ({ b, draw }, v) => {
    const { shape } = v
    if (shape.length < 2 || draw(2) === 0) return b.emit('reshape', [v], { shape: [...shape, constant(1)] })
    const d = draw(shape.length - 1)
    const merged = [...shape.slice(0, d), multiply(shape[d], shape[d + 1]), ...shape.slice(d + 2)]
    return b.emit('reshape', [v], { shape: merged })
  },
  ({ b, draw }, v) => {
    const length = draw(v.shape.length + 1)
    const rest = Array.from({ length }, (_, i) => i - length)
    const order = Array.from({ length }, () => rest.splice(draw(rest.length), 1)[0])
    return b.emit('transpose', [v], { order })
  },
  (g, v) => {
    const axis = axisOf(g, v)
    if (axis === undefined) return undefined
    const dim = dimAt(v, axis)
    if (g.draw(3) === 0) return g.b.emit('slice', [v], { axis, start: constant(0), size: dim })
    const start = g.draw(size(g, dim))
    const left = 1 + g.draw(size(g, dim) - start)
    return g.b.emit('slice', [v], { axis, start: constant(start), size: constant(left) })
  },
  (g, v) => {
    const axis = axisOf(g, v)
    const others = [v, partner(g, v)].slice(0, 1 + g.draw(2))
    return axis === undefined
      ? undefined
      : g.b.emit('concat', g.draw(2) === 0 ? [...others].reverse() : others, { axis })
  },
  (g, v) => {
    const axis = axisOf(g, v)
    if (axis === undefined) return undefined
    const index = { dtype: 'int', shape: withoutAxis(v, axis) } as const
    return g.b.emit('pick', [v, constantLike(g.b, g.draw(size(g, dimAt(v, axis))), index)], { axis, tail: 0 })
  },
]

/** As `moves`, and those that fill with zeros. */
const fillingMoves: typeof moves = [
  ...moves,
  (g, v) => {
    const axis = axisOf(g, v)
    if (axis === undefined) return undefined
    const lengths = { dtype: 'int', shape: withoutAxis(v, axis) } as const
    return g.b.emit('reverse', [v, constantLike(g.b, g.draw(4), lengths)], { axis, tail: 0 })
  },
  (g, v) => {
    const axis = axisOf(g, v)
    if (axis === undefined) return undefined
    const fill = constantLike(g.b, g.draw(2), real(...withoutAxis(v, axis)))
    return g.b.emit('shift', [v, fill], { axis, by: g.draw(2) === 0 ? 1 : -1 })
  },
  (g, v) => {
    const axis = axisOf(g, v)
    if (axis === undefined) return undefined
    const start = g.draw(2)
    const whole = size(g, dimAt(v, axis)) + start + g.draw(2)
    return g.b.emit('pad', [v], { axis, start: constant(start), size: constant(whole) })
  },
  (g, v) => {
    const tables = g.pool.filter(i => i.dtype === 'int')
    return v.shape.length === 0 || v.shape.length > 3 || tables.length === 0
      ? undefined
      : g.b.emit('gather', [v, tables[0]])
  },
]

/** Ways to go on; each gives nothing where it does not fit the value. */
const growths: readonly ((g: Growth, v: Value) => readonly Value[])[] = [
  ({ b, draw }, v) => [
    b.emit(pick(draw, ['tanh', 'sigmoid', 'sin', 'abs', 'relu', 'neg', 'real', 'stop_gradient']), [v]),
  ],
  (g, v) => [g.b.emit(pick(g.draw, ['add', 'sub', 'max', 'min']), [v, partner(g, v)])],
  (g, v) => [g.b.emit('tanh', [g.b.emit('mul', [v, partner(g, v)])])],
  (g, v) => {
    const known = constantLike(g.b, pick(g.draw, [0, 1, -1, 2, 0.5]), v)
    return [g.b.emit(pick(g.draw, ['add', 'sub', 'mul']), g.draw(2) === 0 ? [v, known] : [known, v])]
  },
  (g, v) => [g.b.emit('div', [v, constantLike(g.b, pick(g.draw, [1, -1, 2]), v)])],
  (g, v) => {
    const base = g.b.emit('add', [g.b.emit('sigmoid', [v]), constantLike(g.b, 0.5, v)])
    const power = constantLike(g.b, pick(g.draw, [0, 1, 2, 3, 0.5, -1, -2, -0.5, 1.5]), v)
    return [g.b.emit('tanh', [g.b.emit('pow', [base, power])])]
  },
  (g, v) => some(pick(g.draw, fillingMoves)(g, v)),
  (g, v) => some(pick(g.draw, fillingMoves)(g, v)),
  (g, v) => [constantLike(g.b, pick(g.draw, [0, 0, 1, 2]), v)],
  // A value scaled twice.
  (g, v) => {
    const by = (): Value => constantLike(g.b, pick(g.draw, [2, 0.5, -0.25]), v)
    return [g.b.emit('mul', [by(), g.b.emit('mul', [v, by()])])]
  },
  // Two moves of one kind, which may become one.
  (g, v) => {
    const move = pick(g.draw, fillingMoves)
    const once = move(g, v)
    return once === undefined ? [] : [once, ...some(move(g, once))]
  },
  (g, v) => {
    const test =
      g.draw(2) === 0 ? g.b.emit('lt', [v, partner(g, v)]) : constantLike(g.b, g.draw(2), { ...v, dtype: 'bool' })
    const not = g.b.emit('not', [test])
    return [g.b.emit('where', [g.draw(2) === 0 ? not : g.b.emit('not', [not]), v, partner(g, v)])]
  },
  (g, v) => {
    const axes = v.shape.map((_, d) => d - v.shape.length).filter(() => g.draw(2) === 0)
    return [g.b.emit('tanh', [g.b.emit('sum', [v], { axes })])]
  },
  (g, v) => {
    const axis = axisOf(g, v)
    return axis === undefined
      ? []
      : [g.b.emit(pick(g.draw, ['softmax', 'logsumexp', 'reduce_max', 'reduce_min']), [v], { axis })]
  },
  (g, v) => {
    const fitting = g.pool.filter(w => w.shape.length === 2 && v.shape.length > 0 && equal(w.shape[1], dimAt(v, -1)))
    return fitting.length === 0 ? [] : [g.b.emit('tanh', [g.b.emit('matmul', [v, pick(g.draw, fitting)])])]
  },
  (g, v) =>
    v.shape.length < 2 ? [] : [g.b.emit('tanh', [g.b.emit('bmm', [v, partner(g, v)], { ta: true, tb: false })])],
  // The logarithm of a probability that has been moved.
  (g, v) => {
    const axis = axisOf(g, v)
    const logit = g.b.emit('tanh', [v])
    // One minus a softmax over one element is 0.
    const several = axis !== undefined && size(g, dimAt(v, axis)) > 1
    const softmax = several && g.draw(2) === 0
    let p = softmax ? g.b.emit('softmax', [logit], { axis }) : g.b.emit('sigmoid', [logit])
    const complement = (x: Value): Value => g.b.emit('sub', [constantLike(g.b, 1, x), x])
    if (g.draw(3) === 0) p = complement(p)
    for (let n = g.draw(3); n > 0; n--) p = pick(g.draw, moves)(g, p) ?? p
    if (g.draw(3) === 0) {
      const q = g.b.emit('sigmoid', [partner(g, p)])
      const test = g.b.emit('lt', [p, q])
      const op = pick(g.draw, ['mul', 'max', 'min', 'where'] as const)
      p = g.b.emit(op, op === 'where' ? [test, p, q] : [p, q])
    }
    return [p, g.b.emit('log', [g.draw(3) === 0 ? complement(p) : p])]
  },
  // The logarithm of some classes of a softmax, or of the others.
  (g, v) => {
    const axis = axisOf(g, v)
    if (axis === undefined || size(g, dimAt(v, axis)) < 2) return []
    const p = g.b.emit('softmax', [g.b.emit('tanh', [v])], { axis })
    const start = g.draw(size(g, dimAt(v, axis)))
    const some = g.b.emit('slice', [p], { axis, start: constant(start), size: constant(1) })
    const sum = g.b.emit('sum', [some], { axes: [axis] })
    return [g.b.emit('log', [g.draw(2) === 0 ? sum : g.b.emit('sub', [constantLike(g.b, 1, sum), sum])])]
  },
  // The root of a sum of squares.
  (g, v) => {
    const axes = v.shape.map((_, d) => d - v.shape.length).filter(() => g.draw(2) === 0)
    const sum = g.b.emit('sum', [g.b.emit('mul', [v, v])], { axes })
    return [g.b.emit('sqrt', [g.draw(2) === 0 ? sum : g.b.emit('add', [sum, constantLike(g.b, 0.5, sum)])])]
  },
  // The halves of a value, padded and added again.
  (g, v) => {
    const axis = axisOf(g, v)
    if (axis === undefined || size(g, dimAt(v, axis)) < 2) return []
    const whole = constant(size(g, dimAt(v, axis)))
    const half = (start: number, n: number): Value => {
      const part = g.b.emit('slice', [v], { axis, start: constant(start), size: constant(n) })
      return g.b.emit('pad', [g.b.emit('sin', [part])], { axis, start: constant(start), size: whole })
    }
    const n = size(g, dimAt(v, axis)) - 1
    return [g.b.emit('add', g.draw(2) === 0 ? [half(0, 1), half(1, n)] : [half(1, n), half(0, 1)])]
  },
  loop,
  loop,
]

/** A scan over the first dimension of a value, whose body grows in the same way. */
function loop(g: Growth, v: Value): readonly Value[] {
  const { b, pool, draw } = g
  if (v.shape.length === 0 || g.depth > 1) return []
  const length = v.shape[0]
  const bind = (outer: Value, type: Type = outer): Binding => ({ outer, inner: newValue(b.context, type, outer) })
  const several = (list: readonly Value[], most: number): Value[] =>
    Array.from({ length: draw(most + 1) }, () => pick(draw, list))
  const steps = pool.filter(w => w.shape.length > 0 && equal(w.shape[0], length))
  const xs = [v, ...several(steps, 2)].map(w => bind(w, { dtype: w.dtype, shape: w.shape.slice(1) }))
  const carries = several(pool, 2).map(w => bind(w))
  const consts = several(pool, 3).map(w => bind(w))
  const params = [...consts, ...carries, ...xs].map(p => p.inner)
  const body = createBuilder(b.context, undefined, { params, eqns: [], results: [] })
  const inside = [...params]
  for (let n = 1 + draw(5); n > 0; n--) inside.push(...grow({ ...g, b: body, pool: inside, depth: g.depth + 1 }))
  const leaving = carries.map(({ inner }) => {
    const alike = inside.filter(w => w.dtype === inner.dtype && sameShape(w.shape, inner.shape))
    return pick(draw, [...alike, alike[alike.length - 1]])
  })
  const scan = { length, reverse: draw(2) === 0, consts, carries, xs }
  const yielded = [...several(inside, 3), inside[inside.length - 1]]
  const outs = emitScan(b, scan, body.eqns, [...leaving, ...yielded])
  // The log of a per-step probability, or of one minus it, taken outside.
  const sigmoids = body.eqns.filter(e => e.op === 'sigmoid').map(e => e.outs[0])
  const logs = outs.slice(carries.length).filter((_, i) => sigmoids.includes(yielded[i]))
  if (draw(2) === 0) return [...outs, ...logs.map(p => b.emit('log', [p]))]
  return [...outs, ...logs.map(p => b.emit('log', [b.emit('sub', [constantLike(b, 1, p), p])]))]
}

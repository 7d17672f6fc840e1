// Runs a graph by the interpreter and by a backend, for the tests of backends.
import assert from 'node:assert/strict'
import type { Backend, Buffer, Precision } from '../../compiler/backend/backend.ts'
import { plan } from '../../compiler/index.ts'
import { type NdArray, relativeError, sizeOf } from '../../compiler/ir/array.ts'
import { type Builder, type Context, createBuilder } from '../../compiler/ir/builder.ts'
import { constant, type Dim, evaluate, parseDim, type Sizes } from '../../compiler/ir/dim.ts'
import type { Block, DType, Graph, Type, Value } from '../../compiler/ir/graph.ts'
import { interpret } from '../../compiler/ir/interpret.ts'
import { newContext } from '../../compiler/ir/ops/index.ts'

/** A shape from text: `B, T-1, 4`. */
export const shape = (text: string): Dim[] => (text === '' ? [] : text.split(',').map(d => parseDim(d)))

export const type = (text: string, dtype: DType = 'real'): Type => ({ dtype, shape: shape(text) })

export const dim = (d: number | string): Dim => (typeof d === 'number' ? constant(d) : parseDim(d))

/** A block as a graph whose inputs and outputs are called x0, x1, … and y0, y1, … */
export function graphOf(block: Block, name = 'test'): Graph {
  const names = (values: readonly Value[], letter: string): string[] => values.map((_, i) => letter + i)
  return { name, ...block, inputs: names(block.params, 'x'), outputs: names(block.results, 'y') }
}

/** A graph of parameters of these types, and what `body` makes of them. */
export function build(types: readonly Type[], body: (b: Builder, params: readonly Value[]) => readonly Value[]) {
  const context = newContext()
  const b = createBuilder(context)
  const params = types.map((t, i) => b.param(t, { hint: `x${i}` }))
  return { context, graph: graphOf(b.finish(body(b, params))) }
}

/** Fixed pseudo-random numbers in [-1, 1), for tests that can be repeated. */
export function createRandom(seed = 1): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >>> 0) / 2 ** 31 - 1
  }
}

/** Arguments for a graph: reals in [-1, 1), ints in [-1, 4), bools. */
export function argumentsFor(graph: Graph, sizes: Sizes, random: () => number = createRandom()): NdArray[] {
  const element = { real: random, int: () => Math.floor(random() * 2.5 + 1.5), bool: () => (random() < 0 ? 0 : 1) }
  return graph.params.map(({ dtype, shape }) => {
    const numbers = shape.map(d => evaluate(d, sizes))
    return { shape: numbers, data: Float64Array.from({ length: sizeOf(numbers) }, element[dtype]) }
  })
}

/** The array that a backend takes for an interpreter's. */
export function bufferOf(dtype: DType, data: ArrayLike<number>, precision: Precision): Buffer {
  if (dtype !== 'real') return Int32Array.from(data)
  return precision === 'f32' ? Float32Array.from(data) : Float64Array.from(data)
}

export interface Agreement {
  readonly backend: Backend
  readonly precision?: Precision
  readonly args?: readonly NdArray[]
}

/** A run of a graph, and what it must give. */
export interface Trial {
  /** A buffer for each input. */
  readonly inputs: Readonly<Record<string, Buffer>>
  /** Other values for all of them. */
  readonly others: Readonly<Record<string, Buffer>>
  /** Asserts that these are the interpreter's results, and that no input was overwritten. */
  check(found: Readonly<Record<string, Buffer>>, bound: number): void
}

export function trial(
  context: Context,
  graph: Graph,
  sizes: Sizes,
  precision: Precision,
  given: readonly NdArray[] = argumentsFor(graph, sizes),
): Trial {
  const buffers = given.map(({ data }, i) => bufferOf(graph.params[i].dtype, data, precision))
  const rounded = given.map((a, i) => ({ shape: a.shape, data: Float64Array.from(buffers[i]) }))
  const expected = interpret(context, graph, rounded, sizes)
  const named = (list: readonly Buffer[]) => Object.fromEntries(graph.inputs.map((name, i) => [name, list[i]]))
  return {
    inputs: named(buffers),
    others: named(buffers.map(buffer => buffer.map(x => 1 - x / 2))),
    check: (found, bound) => {
      graph.outputs.forEach((name, i) => {
        const error = relativeError(withoutInfinities(found[name]), withoutInfinities(expected[i].data))
        const text = `${name} for ${JSON.stringify(sizes)}: ${found[name].slice(0, 12)} should be ${expected[i].data.slice(0, 12)}`
        assert.ok(error <= bound, `${text} (error ${error})`)
      })
      buffers.forEach((buffer, i) => {
        assert.deepEqual(Float64Array.from(buffer), rounded[i].data, `input ${graph.inputs[i]} was overwritten`)
      })
    },
  }
}

/** Asserts that a backend gives what the interpreter gives, for each of several sizes one after the other. */
export function agree(
  context: Context,
  graph: Graph,
  list: readonly Sizes[],
  { backend, precision = 'f64', args }: Agreement,
): void {
  const executable = backend.load(plan(context, graph), precision)
  for (const sizes of list) {
    const { inputs, others, check } = trial(context, graph, sizes, precision, args)
    // What another run leaves behind must neither help nor harm.
    executable.run(sizes, others)
    check(executable.run(sizes, inputs), precision === 'f64' ? 1e-12 : 1e-5)
  }
}

/** Infinities as numbers of their own, which relativeError can compare. */
const withoutInfinities = (data: ArrayLike<number>): number[] =>
  Array.from(data, x => (x === Number.POSITIVE_INFINITY ? 1e6 : x === Number.NEGATIVE_INFINITY ? -1e6 : x))

// Compiles a program for tests, with random weights and batches, and graphs run by the js backend or the interpreter.
import type { Backend, Buffer, Executable } from '../../compiler/backend/backend.ts'
import { js } from '../../compiler/backend/js.ts'
import { type CompiledModel, type CompileOptions, compile, type Graph, load, type Port } from '../../compiler/index.ts'
import type { Context } from '../../compiler/ir/builder.ts'
import { evaluate, type Sizes } from '../../compiler/ir/dim.ts'
import {
  alone,
  type Batch,
  drawBatch as drawBatchOf,
  forEachItem,
  repadded as repaddedOf,
} from '../../trust/fuzz/drawBatch.ts'
import { interpreted as interpretedOn } from '../../trust/fuzz/trial.ts'
import { between, type Random, whole } from './random.ts'

export { alone, type Batch }

import type { Matrix, Vector } from './vectors.ts'

export type Arrays = Readonly<Record<string, Buffer>>

/** Sizes, and the lengths of ragged axes by name: all full where none are given. */
export interface Setting {
  readonly sizes: Sizes
  readonly lengths?: Readonly<Record<string, readonly number[]>>
}

export const graphNames = ['predict', 'evaluate', 'gradient'] as const
export type GraphName = (typeof graphNames)[number]

/** A graph with its executable, made on first use. */
export interface Runnable {
  readonly graph: Graph
  readonly context: Context
  readonly run: (sizes: Sizes, arrays: Arrays) => Arrays
}

export interface OpenProgram {
  readonly model: CompiledModel
  readonly graph: (name: GraphName) => Runnable
}

export function runnable(context: Context, graph: Graph, backend: Backend = js): Runnable {
  let executable: Executable | undefined
  return {
    graph,
    context,
    run: (sizes, arrays) => {
      executable ??= load(context, graph, backend, 'f64')
      // A step of training overwrites its inputs.
      const given = Object.entries(arrays).map(([name, data]) => [name, graph.inPlace ? data.slice() : data])
      const results = executable.run(sizes, Object.fromEntries(given))
      return Object.fromEntries(Object.entries(results).map(([name, data]) => [name, data.slice()]))
    },
  }
}

export function open(source: string, options: CompileOptions = {}): OpenProgram {
  const model = compile(source, options)
  const made = new Map<GraphName, Runnable>()
  return {
    model,
    graph: name => {
      const known = made.get(name) ?? runnable(model.context, model[name]())
      made.set(name, known)
      return known
    },
  }
}

/** Runs the same graph in the interpreter. */
export const interpreted = (own: Runnable, sizes: Sizes, arrays: Arrays): Arrays => interpretedOn(own, sizes, arrays)

// ---- weights

export function drawWeights({ model }: OpenProgram, sizes: Sizes, random: Random, size = 0.8): Arrays {
  return Object.fromEntries(
    model.signature.parameters.map(p => {
      const length = p.shape.reduce((n, d) => n * evaluate(d, sizes), 1)
      return [p.name, Float64Array.from({ length }, () => between(random, -size, size))]
    }),
  )
}

// ---- batches

const portsOf = ({ model }: OpenProgram): readonly Port[] => [...model.signature.inputs, ...model.signature.targets]

/** A batch of random elements, in the padding as well. */
export const drawBatch = ({ model }: OpenProgram, { sizes, lengths = {} }: Setting, random: Random): Batch =>
  drawBatchOf(model.signature, { sizes, lengths, data: whole(random, 0, 2 ** 30) })

/** The same batch with garbage in its padding. */
export const repadded = ({ model }: OpenProgram, batch: Batch, random: Random): Batch =>
  repaddedOf(model.signature, batch, whole(random, 0, 2 ** 30))

/** The valid elements of a port of example b, one item after the other. */
export function validItems(port: Port, data: ArrayLike<number>, batch: Batch, b: number): number[][] {
  const items: number[][] = []
  forEachItem(port, batch, (start, size, valid, example) => {
    if (valid && example === b) items.push(Array.from({ length: size }, (_, i) => data[start + i]))
  })
  return items
}

/** Elements of the padding, for the test that they are zero. */
export function paddedElements(port: Port, data: ArrayLike<number>, batch: Batch): number[] {
  const elements: number[] = []
  forEachItem(port, batch, (start, size, valid) => {
    if (!valid) for (let i = 0; i < size; i++) elements.push(data[start + i])
  })
  return elements
}

// ---- inputs of the references

/** Weights as matrices and vectors. */
export interface Weights {
  readonly matrix: (name: string) => Matrix
  readonly vector: (name: string) => Vector
  /** `[N, M, K]` as N matrices. */
  readonly matrices: (name: string) => readonly Matrix[]
}

export const rows = (data: ArrayLike<number>, count: number): number[][] => {
  const width = count === 0 ? 0 : data.length / count
  return Array.from({ length: count }, (_, i) => Array.from({ length: width }, (_, j) => data[i * width + j]))
}

export function weightsOf({ model }: OpenProgram, sizes: Sizes, arrays: Arrays): Weights {
  const shapeOf = (name: string): number[] => {
    const parameter = model.signature.parameters.find(p => p.name === name)
    if (parameter === undefined) {
      throw new Error(`no parameter ${name} among ${model.signature.parameters.map(p => p.name).join(', ')}`)
    }
    return parameter.shape.map(d => evaluate(d, sizes))
  }
  return {
    vector: name => Array.from(arrays[name]),
    matrix: name => rows(arrays[name], shapeOf(name)[0]),
    matrices: name => rows(arrays[name], shapeOf(name)[0]).map(m => rows(m, shapeOf(name)[1])),
  }
}

/** The valid elements of one example. */
export interface Example {
  /** A sequence of items. */
  readonly items: (name: string) => readonly Vector[]
  /** A sequence of scalars. */
  readonly scalars: (name: string) => Vector
  readonly lengths: (axis: string) => Vector
}

export function exampleOf(program: OpenProgram, batch: Batch, b: number): Example {
  const items = (name: string): number[][] => {
    const port = portsOf(program).find(p => p.name === name)
    if (port === undefined) throw new Error(`no input ${name}`)
    return validItems(port, batch.arrays[name], batch, b)
  }
  return {
    items,
    scalars: name => items(name).flat(),
    lengths: axis => Array.from(alone(batch, b).arrays[`${axis}.lengths`]),
  }
}

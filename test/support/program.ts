// A program compiled for tests: random weights and batches for it, its graphs run by the js backend or the interpreter.
import type { Backend, Buffer, Executable } from '../../compiler/backend/backend.ts'
import { js } from '../../compiler/backend/js.ts'
import { type CompiledModel, type CompileOptions, compile, type Graph, load, type Port } from '../../compiler/index.ts'
import type { Context } from '../../compiler/ir/builder.ts'
import { evaluate, type Sizes } from '../../compiler/ir/dim.ts'
import { interpret } from '../../compiler/ir/interpret.ts'
import { between, type Random, whole } from './random.ts'
import type { Matrix, Vector } from './vectors.ts'

export type Arrays = Readonly<Record<string, Buffer>>

/** Inputs, targets and lengths, with the sizes that they have. */
export interface Batch {
  readonly sizes: Sizes
  readonly arrays: Arrays
}

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
      const results = executable.run(sizes, arrays)
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

/** The same run by the interpreter. */
export function interpreted({ graph, context }: Runnable, sizes: Sizes, arrays: Arrays): Arrays {
  const args = graph.params.map((p, i) => ({
    shape: p.shape.map(d => evaluate(d, sizes)),
    data: Float64Array.from(arrays[graph.inputs[i]]),
  }))
  const results = interpret(context, graph, args, sizes)
  return Object.fromEntries(graph.outputs.map((name, i) => [name, results[i].data]))
}

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

const sizesOf = (port: Port, sizes: Sizes): { axes: number[]; item: number } => ({
  axes: port.axes.map(a => evaluate(a.size, sizes)),
  item: port.item.reduce((n, d) => n * evaluate(d, sizes), 1),
})

/** The names of ragged axes, each with the axes that its lengths are over, besides the batch. */
function raggedAxes(program: OpenProgram): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>()
  for (const port of portsOf(program)) {
    port.axes.forEach((axis, i) => {
      if (axis.ragged && !found.has(axis.name))
        found.set(
          axis.name,
          port.axes.slice(0, i).map(a => a.name),
        )
    })
  }
  return found
}

/** How many elements along `axes[d]` are valid at a place of the axes before it. */
function validCount(port: Port, d: number, place: readonly number[], batch: Batch, b: number): number {
  const axis = port.axes[d]
  const [base, less = '0'] = axis.name.split('-')
  const lengths = batch.arrays[`${base}.lengths`]
  const full = evaluate(axis.size, batch.sizes)
  if (!axis.ragged || lengths === undefined) return full
  let at = b
  // Lengths over other axes come first in every port that has the axis.
  for (let i = 0; i < d && lengths.length > batch.sizes.B * strideOf(port, i, batch.sizes); i++) {
    at = at * evaluate(port.axes[i].size, batch.sizes) + place[i]
  }
  return Math.max(0, lengths[at] - Number(less))
}

const strideOf = (port: Port, upTo: number, sizes: Sizes): number =>
  port.axes.slice(0, upTo).reduce((n, a) => n * evaluate(a.size, sizes), 1)

/** Calls `visit` with each place of a port's elements, and whether it is valid. */
function places(
  port: Port,
  batch: Batch,
  b: number,
  visit: (start: number, item: number, valid: boolean) => void,
): void {
  const { axes, item } = sizesOf(port, batch.sizes)
  const walk = (d: number, place: readonly number[], offset: number, valid: boolean): void => {
    if (d === axes.length) {
      visit(offset * item, item, valid)
      return
    }
    const count = valid ? validCount(port, d, place, batch, b) : 0
    for (let i = 0; i < axes[d]; i++) walk(d + 1, [...place, i], offset * axes[d] + i, valid && i < count)
  }
  walk(0, [], b, true)
}

function drawElement(port: Port, sizes: Sizes, random: Random): number {
  if (port.coding !== undefined) return whole(random, 0, evaluate(port.coding.size, sizes) - 1)
  if (port.dtype === 'real') return between(random, -1, 1)
  return port.dtype === 'bool' ? whole(random, 0, 1) : whole(random, 0, 3)
}

/** A batch of random elements, in the padding as well. */
export function drawBatch(program: OpenProgram, { sizes, lengths = {} }: Setting, random: Random): Batch {
  const arrays: Record<string, Buffer> = {}
  for (const port of portsOf(program)) {
    const { axes, item } = sizesOf(port, sizes)
    const length = axes.reduce((n, d) => n * d, sizes.B * item)
    const element = (): number => drawElement(port, sizes, random)
    arrays[port.name] =
      port.dtype === 'real' ? Float64Array.from({ length }, element) : Int32Array.from({ length }, element)
  }
  for (const [axis, before] of raggedAxes(program)) {
    const length = before.reduce((n, a) => n * sizes[a], sizes.B)
    arrays[`${axis}.lengths`] = Int32Array.from(lengths[axis] ?? Array.from({ length }, () => sizes[axis]))
  }
  return { sizes, arrays }
}

/** The same batch with other values in its padding. */
export function repadded(program: OpenProgram, batch: Batch, random: Random, size = 50): Batch {
  const arrays: Record<string, Buffer> = { ...batch.arrays }
  for (const port of portsOf(program)) {
    const data = arrays[port.name].slice()
    for (let b = 0; b < batch.sizes.B; b++) {
      places(port, batch, b, (start, item, valid) => {
        const garbage = (): number =>
          port.dtype === 'real' ? between(random, -size, size) : drawElement(port, batch.sizes, random)
        for (let i = 0; i < item && !valid; i++) data[start + i] = garbage()
      })
    }
    arrays[port.name] = data
  }
  return { ...batch, arrays }
}

/** Example b by itself, in the same padding. */
export function alone(batch: Batch, b: number): Batch {
  const arrays = Object.entries(batch.arrays).map(([name, data]): [string, Buffer] => {
    const size = data.length / batch.sizes.B
    return [name, data.slice(b * size, (b + 1) * size)]
  })
  return { sizes: { ...batch.sizes, B: 1 }, arrays: Object.fromEntries(arrays) }
}

/** The valid elements of a port of example b, one item after the other. */
export function validItems(port: Port, data: ArrayLike<number>, batch: Batch, b: number): number[][] {
  const items: number[][] = []
  places(port, batch, b, (start, item, valid) => {
    if (valid) items.push(Array.from({ length: item }, (_, i) => data[start + i]))
  })
  return items
}

/** What is not valid, for the test that it is zero. */
export function paddedElements(port: Port, data: ArrayLike<number>, batch: Batch): number[] {
  const items: number[] = []
  for (let b = 0; b < batch.sizes.B; b++) {
    places(port, batch, b, (start, item, valid) => {
      if (!valid) for (let i = 0; i < item; i++) items.push(data[start + i])
    })
  }
  return items
}

// ---- what references read

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

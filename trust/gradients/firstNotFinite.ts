// Finds where the first NaN or infinity arises that makes the loss of a batch, or a gradient of it, NaN or infinite.
import type { Buffer, Precision } from '../../compiler/backend/backend.ts'
import { js } from '../../compiler/backend/js.ts'
import { type CompiledModel, load } from '../../compiler/index.ts'
import { array, type NdArray, unravel } from '../../compiler/ir/array.ts'
import { type Context, opOf } from '../../compiler/ir/builder.ts'
import { type Dim, equal, evaluate, format, type Sizes } from '../../compiler/ir/dim.ts'
import { allEqns, type Eqn, type Graph, scanLength, type Value } from '../../compiler/ir/graph.ts'
import { interpret, type LoopStep } from '../../compiler/ir/interpret.ts'
import { dce } from '../../compiler/passes/dce.ts'
import { grad } from '../../compiler/passes/grad.ts'
import { simplify } from '../../compiler/passes/simplify.ts'
import type { Span } from '../../dsl/ast.ts'
import type { Batch } from '../../runtime/packBatch.ts'
import { drawInputs, realArray, type Weights } from '../../runtime/session.ts'

/** Operand of the equation whose result is not finite. */
export interface Operand {
  /** Name in the source; empty where it has none. */
  readonly name: string
  /**
   * Range of the elements that were read: of a pointwise operation the one element at that place, else the least and the largest of all.
   */
  readonly from: number
  readonly to: number
}

/** A place along an axis, from 0. */
export interface AxisPlace {
  readonly axis: string
  readonly place: number
}

/** Equation, or input of the model, that the first value that is not finite comes from. */
export interface Origin {
  /** Operation; `input` for a value that the graph was given. */
  readonly op: string
  readonly name: string
  readonly value: number
  readonly span?: Span
  /** Whether it is part of the gradient. */
  readonly backward: boolean
  /** Loops and axes, the outermost first. */
  readonly steps: readonly AxisPlace[]
  /** Index of the example in its batch, from 0; absent for a value that belongs to no example. */
  readonly example?: number
  /** Where the cells whose loops are around it are applied. */
  readonly loops: readonly Span[]
  readonly operands: readonly Operand[]
}

/** The first value that is not finite. */
export interface NotFinite {
  /** The batch, from 0. */
  readonly batch: number
  readonly loss: number
  /** The parameters whose gradients are not finite. */
  readonly gradients: readonly string[]
  /** Absent where the same computation, one equation at a time, stays finite. */
  readonly origin?: Origin
}

/** How a value that is not finite is looked for. */
export interface FiniteOptions {
  readonly precision?: Precision
  readonly seed?: number
  /** After each batch; how many are done. */
  readonly onBatch?: (done: number) => void
}

/**
 * Runs the loss and its gradient on batches, and reports the first batch where one of them is not finite. Values that only padding holds,
 * or that `where` leaves out, make nothing infinite and are not found. Throws RNN311 where the model has no loss, and the errors of
 * `checkSizes`.
 */
export function firstNotFinite(
  model: CompiledModel,
  weights: Weights,
  batches: Iterable<Batch>,
  { precision = 'f32', seed = 1, onBatch }: FiniteOptions = {},
): NotFinite | undefined {
  const executable = load(model.context, model.gradient(), js, precision)
  let done = 0
  for (const { inputs: given, sizes } of batches) {
    model.checkSizes(sizes)
    const arrays = Object.entries({ ...drawInputs(seed, 0), ...given, ...weights })
    const inputs = Object.fromEntries(arrays.map(([name, data]) => [name, inPrecision(precision, data)]))
    const results = executable.run(sizes, inputs)
    const gradients = model.signature.parameters.map(p => p.name).filter(name => !allFinite(results[`d:${name}`] ?? []))
    const loss = results.loss[0]
    if (!Number.isFinite(loss) || gradients.length > 0) {
      const origin = originOf(model, { inputs, sizes, precision })
      return { batch: done, loss, gradients, ...(origin && { origin }) }
    }
    done++
    onBatch?.(done)
  }
  return undefined
}

const inPrecision = (precision: Precision, data: Buffer): Buffer =>
  data instanceof Int32Array ? data : realArray(precision, data)

interface Run {
  readonly inputs: Readonly<Record<string, Buffer>>
  readonly sizes: Sizes
  readonly precision: Precision
}

/** Element that turns NaN or infinite where it is computed, as `bornIn` finds it. */
interface Birth {
  /** Number of the observed result, in the order of the run; the parameters of the graph come first. */
  readonly serial: number
  readonly element: number
}

/** Result as the interpreter shows it to an observer. */
interface Sight {
  readonly context: Context
  readonly value: Value
  readonly data: NdArray
  readonly eqn?: Eqn
  readonly ins: readonly NdArray[]
  readonly loops: readonly LoopStep[]
}

/**
 * Finds the origin by reruns. The first run replaces every element that turns NaN or infinite by a number. Later runs leave as many of
 * these elements, in the order of the run, as the results can bear and stay finite: the next one is the origin.
 */
function originOf(model: CompiledModel, run: Run): Origin | undefined {
  const { context } = model
  const forward = model.evaluate({ pipeline: { name: 'first not finite', forward: [simplify], backward: [] } })
  const names = model.signature.parameters.map(p => p.name).filter(name => forward.inputs.includes(name))
  const { builder, gradients } = grad(context, forward, 'loss', names)
  const block = builder.finish([forward.results[forward.outputs.indexOf('loss')], ...gradients.values()])
  const graph = { ...forward, ...dce.run(context, block), outputs: ['loss', ...names] }

  const births: Birth[] = []
  replay(context, graph, run, (sight, serial) => {
    const found = bornIn(sight)
    for (const element of found) births.push({ serial, element })
    return found
  })
  const bear = (kept: number): boolean => {
    const replaced = Map.groupBy(births.slice(kept), b => b.serial)
    const results = replay(context, graph, run, (_, serial) => replaced.get(serial)?.map(b => b.element) ?? [])
    return results.every(r => allFinite(r.data))
  }
  if (bear(births.length) || !bear(0)) return undefined
  let [borne, tooMany] = [0, births.length]
  while (tooMany - borne > 1) {
    const middle = (borne + tooMany) >> 1
    if (bear(middle)) borne = middle
    else tooMany = middle
  }
  const { serial: wanted, element } = births[borne]
  const replaced = Map.groupBy(births.slice(borne), b => b.serial)
  let seen: Sight | undefined
  replay(context, graph, run, (sight, serial) => {
    if (serial === wanted) seen = sight
    return replaced.get(serial)?.map(b => b.element) ?? []
  })
  const ahead = new Set([...allEqns(forward)].flatMap(e => e.outs.map(v => v.id)))
  return seen && describe(model, graph, seen, element, ahead)
}

/** Runs a graph with the elements replaced that `choose` names, of each parameter and each result as it comes. */
function replay(
  context: Context,
  graph: Graph,
  { inputs, sizes, precision }: Run,
  choose: (sight: Sight, serial: number) => readonly number[],
): readonly NdArray[] {
  let serial = 0
  const pass = (sight: Sight): NdArray => {
    const rounds = precision === 'f32' && sight.value.dtype === 'real'
    const data = rounds ? Float64Array.from(sight.data.data, Math.fround) : sight.data.data
    const places = choose({ ...sight, data: { shape: sight.data.shape, data } }, serial++)
    if (places.length === 0) return { shape: sight.data.shape, data }
    const patched = Float64Array.from(data)
    for (const place of places) patched[place] = 1
    return { shape: sight.data.shape, data: patched }
  }
  const args = graph.params.map((value, i) => {
    const shape = value.shape.map(d => evaluate(d, sizes))
    return pass({ context, value, data: array(shape, inputs[graph.inputs[i]]), ins: [], loops: [] })
  })
  return interpret(context, graph, args, sizes, (eqn, ins, results, loops) =>
    // The results of a loop were seen inside it.
    eqn.body === undefined
      ? results.map((data, i) => pass({ context, value: eqn.outs[i], data, eqn, ins, loops }))
      : results,
  )
}

/**
 * Finds the elements that are not finite though their operands are, or that are NaN though none of their operands is. An infinity that the
 * program writes is not among them.
 */
function bornIn({ context, data: { data }, eqn, ins }: Sight): readonly number[] {
  if (allFinite(data) || eqn?.op === 'constant') return []
  const places = [...data.keys()].filter(i => !Number.isFinite(data[i]))
  const born = (value: number, operands: Iterable<number>): boolean => {
    const bad = [...operands].filter(x => !Number.isFinite(x))
    return bad.length === 0 || (Number.isNaN(value) && !bad.some(Number.isNaN))
  }
  if (eqn !== undefined && opOf(context, eqn.op).formula !== undefined) {
    return places.filter(i =>
      born(
        data[i],
        ins.map(x => x.data[i]),
      ),
    )
  }
  const bad = ins.flatMap(x => (allFinite(x.data) ? [] : [...x.data].filter(y => !Number.isFinite(y))))
  return places.filter(i => born(data[i], bad))
}

function describe(
  model: CompiledModel,
  graph: Graph,
  { context, value, data, eqn, ins, loops }: Sight,
  element: number,
  ahead: ReadonlySet<number>,
): Origin {
  const index = unravel(element, data.shape)
  const inLoops = loops.map(({ scan, step }) => ({ axis: format(scanLength(scan)), place: step }))
  const port = [...model.signature.inputs, ...model.signature.targets].find(p => graph.inputs.includes(p.name))
  const examples = port && graph.params[graph.inputs.indexOf(port.name)].shape[0]
  const batch = value.shape.findIndex(d => examples !== undefined && equal(d, examples))
  // Axes come after the examples in inputs, and before them in computed values.
  const given = graph.params.indexOf(value)
  const own = [...model.signature.inputs, ...model.signature.targets].find(p => p.name === graph.inputs[given])
  const axes: readonly (readonly [Dim, number])[] = (
    own === undefined ? [...index.keys()].slice(0, Math.max(0, batch)) : own.axes.map((_, i) => i + 1)
  ).map(i => [value.shape[i], index[i]])
  const span = eqn?.span ?? value.span
  const pointwise = eqn !== undefined && opOf(context, eqn.op).formula !== undefined
  return {
    op: eqn?.op ?? 'input',
    name: eqn === undefined ? graph.inputs[given] : value.hint,
    value: data.data[element],
    ...(span && { span }),
    backward: eqn !== undefined && !ahead.has(value.id),
    steps: [...inLoops, ...axes.map(([dim, place]) => ({ axis: format(dim), place }))],
    ...(batch >= 0 && { example: index[batch] }),
    loops: loops.flatMap(({ scan }) => scan.span ?? []),
    operands: (eqn?.ins ?? []).map(({ hint: name }, i) => {
      const read = pointwise ? [ins[i].data[element]] : ins[i].data
      return { name, from: least(read), to: -least(Array.from(read, x => -x)) }
    }),
  }
}

const least = (numbers: ArrayLike<number>): number => Array.from(numbers).reduce((a, b) => Math.min(a, b), Infinity)

const allFinite = (numbers: ArrayLike<number>): boolean => {
  for (let i = 0; i < numbers.length; i++) if (!Number.isFinite(numbers[i])) return false
  return true
}

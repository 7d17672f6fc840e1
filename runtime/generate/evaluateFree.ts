// Evaluates a model as in prediction: it reads its own predictions instead of targets; losses compare these with the true targets.
import type { Backend, Buffer, Executable, Precision } from '../../compiler/backend/backend.ts'
import { answersFor, type CompiledModel, type Graph, type Port } from '../../compiler/index.ts'
import { evaluate, type Sizes } from '../../compiler/ir/dim.ts'
import type { Part } from '../data/example.ts'
import type { Fitted } from '../data/fitted.ts'
import { loadWithin } from '../memoryBudget.ts'
import { batchesOf, largestSizes, pack } from '../packBatch.ts'
import { createTotals, drawInputs, type Report, realArray, type Weights } from '../session.ts'
import { withSharedExecutables } from '../stream/sharedExecutables.ts'
import { decode } from './generateBatch.ts'
import { type Decoding, generatorOf, withBeams } from './generator.ts'
import type { Sequences } from './rounds.ts'

export interface FreeOptions extends Omit<Decoding, 'steps'> {
  readonly backend: Backend
  readonly precision: Precision
  /** Examples a batch. */
  readonly batch: number
  readonly fitted?: Fitted
  /** Bytes of memory that it may take; 16 GB if left out. */
  readonly memory?: number
  /** Ends it with its reason. */
  readonly signal?: AbortSignal
  /** After each batch; the fraction of the part that is done. */
  readonly onBatch?: (done: number) => void
}

/**
 * Gives the loss and the metrics of a part, with sequences generated to the lengths of the true ones. Throws RNN523 for a model that
 * generates nothing, and the errors of `evaluatePart`.
 */
export function evaluateFree(
  model: CompiledModel,
  part: Part,
  sizes: Sizes,
  weights: Weights,
  options: FreeOptions,
): Report {
  const { backend, precision, batch, seed = 0, memory, signal, onBatch } = options
  model.checkSizes(sizes)
  const generator = generatorOf(model)
  const ports = [...model.signature.inputs, ...model.signature.targets]
  const targets = model.signature.targets.filter(t => generator.names.includes(t.name))
  const graph = model.evaluate({ readsOwnAnswers: true })
  const largest = withBeams(generator, largestSizes(ports, part, batch, sizes), options)
  const run = {
    model,
    doing: 'evaluating',
    sizes: largest,
    precision,
    smaller: 'use fewer beams, or a smaller `batch`',
    memory,
  }
  const totals = createTotals(model, sizes)
  const measure = (executableOf: (graph: Graph) => Executable): void => {
    const executable = executableOf(graph)
    const stored = executable.store(weights)
    let done = 0
    for (const indices of batchesOf(part.count, batch, 'ordered')) {
      signal?.throwIfAborted()
      const { inputs, sizes: all } = pack(ports, part, indices, sizes, precision)
      const [axis] = targets[0].axes
      const length = evaluate(axis.size, all)
      const lengths = inputs[`${axis.name}.lengths`] ?? new Int32Array(indices.length).fill(length)
      const how = { ...options, steps: Math.max(1, length), lengths, executable: executableOf }
      const sequences = decode(generator, weights, { part, indices, sizes }, how)
      const answers = targets.map(t => [answersFor(t.name), answersOf(t, sequences, all, length, precision)] as const)
      const given = { ...inputs, ...Object.fromEntries(answers), ...stored, ...drawInputs(seed, 0) }
      totals.add(executable.run(all, given))
      done += indices.length
      onBatch?.(done / part.count)
    }
  }
  withSharedExecutables(made => loadWithin(run, model.context, made, backend), measure)
  return totals.report()
}

/** Puts the chosen elements of a target in the layout of the whole, [B, T, …]; 0 behind the end of a sequence. */
function answersOf(
  port: Port,
  { rounds, lengths }: Sequences,
  sizes: Sizes,
  length: number,
  precision: Precision,
): Buffer {
  const rows = lengths.length
  const width = [...port.axes.slice(1).map(a => a.size), ...port.item].reduce((n, d) => n * evaluate(d, sizes), 1)
  const all = new Float64Array(rows * length * width)
  rounds.forEach(({ chosen }, t) => {
    for (let row = 0; row < rows; row++)
      all.set(chosen[port.name].subarray(row * width, (row + 1) * width), (row * length + t) * width)
  })
  return port.dtype === 'real' ? realArray(precision, all) : Int32Array.from(all)
}

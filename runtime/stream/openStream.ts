// Runs the step of a model on flat arrays: states stay in place from step to step.
import type { Backend, Buffer, Precision, Results } from '../../compiler/backend/backend.ts'
import { batchSymbols } from '../../compiler/elaborate/models/modelScope.ts'
import { type Graph, load, type StreamGraphs } from '../../compiler/index.ts'
import type { Sizes } from '../../compiler/ir/dim.ts'
import { once } from '../once.ts'
import { drawInputs } from '../session.ts'

/** Arrays by the name of an input, an output or a state, row-major, the batch first. */
export type Arrays = Readonly<Record<string, Buffer>>

/** A stream on flat arrays, of one row or of several side by side. */
export interface StreamRun {
  /** Name of the backend that runs it. */
  readonly backend: string
  /** The states, [B, …], which steps change in place. */
  readonly states: Arrays
  /**
   * Takes one element of each input over the axis, [B, …], and gives the outputs, [B, …], in views that the next step overwrites. `inner` are the
   * sizes of axes inside the element.
   */
  step(elements: Arrays, inner?: Sizes): Results
  /** As `step` for a model that reads its own targets late: gives the outputs before these targets are chosen. */
  answer(elements: Arrays, inner?: Sizes): Results
  /** Ends the step that `answer` began, with the targets chosen for it, each under `elementOfTarget`. */
  advance(targets: Arrays): void
  /** Begins again, in one row or in all. */
  reset(row?: number): void
}

export interface StreamRunOptions {
  readonly backend: Backend
  readonly precision: Precision
  /** Number of sequences side by side. */
  readonly rows: number
  /** Seed of random initial states. */
  readonly seed?: number
}

/**
 * Begins a stream. `given` are the weights, and the inputs that are not over the axis; `known` the sizes of both. RNN505 if the
 * backend cannot take the model.
 */
export function openStream(graphs: StreamGraphs, given: Arrays, known: Sizes, options: StreamRunOptions): StreamRun {
  const { backend, precision, rows, seed = 0 } = options
  const { context, start, step, generation } = graphs
  const sizes = { ...known, ...Object.fromEntries(batchSymbols.map(name => [name, rows])) }
  const begun = load(context, start, backend, precision).run(sizes, { ...given, ...drawInputs(seed, 0) })
  const own = Object.fromEntries(start.outputs.map(name => [name, begun[name].slice()]))
  const names = graphs.states.map(s => s.name)
  const states = Object.fromEntries(names.map(name => [name, own[name].slice()]))

  const runner = (graph: Graph) => {
    const executable = load(context, graph, backend, precision)
    const fixed = Object.fromEntries(graph.inputs.flatMap(n => (Object.hasOwn(given, n) ? [[n, given[n]]] : [])))
    const inputs: Record<string, Buffer> = { ...own, ...executable.store(fixed), ...states }
    return (elements: Arrays, inner?: Sizes): Results =>
      executable.run(inner === undefined ? sizes : { ...sizes, ...inner }, Object.assign(inputs, elements))
  }
  const runStep = once(() => runner(step))
  const runAnswer = once(() => runner(generation?.answer ?? step))
  const runAdvance = once(() => runner(generation?.advance ?? step))
  let answered: Results = {}
  return {
    backend: backend.name,
    states,
    step: (elements, inner) => runStep()(elements, inner),
    answer: (elements, inner) => {
      answered = runAnswer()(elements, inner)
      return answered
    },
    advance: targets => {
      if (generation !== undefined) runAdvance()({ ...answered, ...states, ...targets })
    },
    reset: row => {
      for (const name of names) copyRow(own[name], states[name], row, rows)
    },
  }
}

function copyRow(from: Buffer, to: Buffer, row: number | undefined, rows: number): void {
  const width = to.length / rows
  const [first, last] = row === undefined ? [0, to.length] : [row * width, (row + 1) * width]
  to.set(from.subarray(first, last), first)
}

// Runs the step of a model on flat arrays: states stay in place from step to step.
import type { Backend, Buffer, Precision, Results } from '../../compiler/backend/backend.ts'
import { type Executable, type Generation, type Graph, load, type StreamGraphs } from '../../compiler/index.ts'
import { evaluate, type Sizes, symbolsOf } from '../../compiler/ir/dim.ts'
import type { Value } from '../../compiler/ir/graph.ts'
import { once } from '../once.ts'
import { drawInputs } from '../session.ts'
import { repeating } from './repeating.ts'
import { type Arrays, copiesOf, copyRows, permuteRows, positionState } from './streamStates.ts'

/** A stream on flat arrays, of one row or of several side by side. */
export interface StreamRun {
  /** Name of the backend that runs it. */
  readonly backend: string
  /** Number of sequences side by side. */
  readonly rows: number
  /** The states, [B, …], which steps change in place; `@position` counts the elements that each row has had. */
  readonly states: Arrays
  /**
   * Takes one element of each input over the axis, [B, …], and gives the outputs, [B, …], in views that the next step overwrites. `inner` are
   * the sizes of axes inside the element.
   */
  step(elements: Arrays, inner?: Sizes): Results
  /** As `step` for a model that reads its own targets late: gives the outputs before these targets are chosen. */
  answer(elements: Arrays, inner?: Sizes): Results
  /** Ends the step that `answer` began, with the targets chosen for it, each under `elementOfTarget`. */
  advance(targets: Arrays): void
  /** Begins again, in one row or in all. */
  reset(row?: number): void
  /** Goes on in each row from the state of another, between `answer` and `advance` too: row i becomes what `parents[i]` was. */
  permute(parents: ArrayLike<number>): void
}

export interface StreamRunOptions {
  readonly backend: Backend
  readonly precision: Precision
  /** Number of sequences side by side. */
  readonly rows: number
  /** Seed of random initial states. */
  readonly seed?: number
  /** Makes the executable of a graph, where several streams that run one after the other share them. */
  readonly executable?: (graph: Graph) => Executable
}

/**
 * Begins a stream. `given` are the weights, and the inputs that are not over the axis; `known` the sizes of both. Throws RNN505 if the
 * backend cannot take the model, and a plain Error for `answer` and `advance` of a model that reads no target.
 */
export function openStream(graphs: StreamGraphs, given: Arrays, known: Sizes, options: StreamRunOptions): StreamRun {
  const { backend, rows } = options
  const { step, generation } = graphs
  const sizes = { ...known, [graphs.batch]: rows }
  const begun = begin(graphs, given, sizes, options)
  const { beginning, states } = begun
  const counts = !graphs.states.some(s => s.name === positionState)
  const count = (): void => {
    if (counts) for (let row = 0; row < rows; row++) states[positionState][row]++
  }
  const runner = (graph: Graph): Runner => runnerOf(graph, begun, generation === undefined)
  const generating = (): Generation => {
    if (generation === undefined) throw new Error('the model reads none of its targets')
    return generation
  }
  const runStep = once(() => runner(step))
  const runAnswer = once(() => runner(generating().answer))
  const runAdvance = once(() => runner(generating().advance))
  /** Names of what an answer hands on to the end of its step; other results may share memory with these. */
  const handedOn = once(() => {
    const { answer, advance } = generating()
    return advance.inputs.filter(name => answer.outputs.includes(name) && !Object.hasOwn(states, name))
  })
  let answered: Results = {}
  return {
    backend: backend.name,
    rows,
    states,
    step: (elements, inner) => {
      const results = runStep()(elements, inner)
      count()
      return results
    },
    answer: (elements, inner) => {
      answered = runAnswer()(elements, inner)
      return answered
    },
    advance: targets => {
      runAdvance()({ ...Object.fromEntries(handedOn().map(name => [name, answered[name]])), ...targets })
      count()
    },
    reset: row => copyRows(beginning, states, rows, row),
    permute: parents => {
      for (const data of Object.values(states)) permuteRows(data, parents, 1)
      for (const name of generation === undefined ? [] : handedOn()) {
        const { outputs, results } = generating().answer
        const outer = blocksOfRows(results[outputs.indexOf(name)], graphs.batch, sizes)
        if (outer !== undefined) permuteRows(answered[name], parents, outer)
      }
    },
  }
}

/** A stream before its first step. */
interface Begun {
  readonly executableOf: (graph: Graph) => Executable
  readonly sizes: Sizes
  readonly given: Arrays
  /** Results of the start, which the graphs of a step read: initial states, and values that do not change. */
  readonly own: Arrays
  /** Initial states, and copies of them, which the steps change. */
  readonly beginning: Arrays
  readonly states: Record<string, Buffer>
  /** Names of the states of the model. */
  readonly names: readonly string[]
}

/** Runs the start of a stream. */
function begin(
  { context, start, states }: StreamGraphs,
  given: Arrays,
  sizes: Sizes,
  { backend, precision, rows, seed = 0, executable }: StreamRunOptions,
): Begun {
  const executableOf = executable ?? ((graph: Graph) => load(context, graph, backend, precision))
  const results = executableOf(start).run(sizes, { ...given, ...drawInputs(seed, 0) })
  const own = copiesOf(Object.fromEntries(start.outputs.map(name => [name, results[name]])))
  const names = states.map(s => s.name)
  const beginning: Arrays = {
    [positionState]: new Int32Array(rows),
    ...Object.fromEntries(names.map(name => [name, own[name]])),
  }
  return { executableOf, sizes, given, own, beginning, states: copiesOf(beginning), names }
}

/** Runs a graph on elements of the sequence; `inner` are the sizes of axes inside them. */
type Runner = (elements: Arrays, inner?: Sizes) => Results

/** Loads a graph of a stream, for runs that change the states in place. `keepsStates` for the only graph that runs on them. */
function runnerOf(
  graph: Graph,
  { executableOf, sizes, given, own, states, names }: Begun,
  keepsStates: boolean,
): Runner {
  const executable = executableOf(graph)
  const read = (arrays: Arrays): Arrays =>
    Object.fromEntries(graph.inputs.flatMap(n => (Object.hasOwn(arrays, n) ? [[n, arrays[n]]] : [])))
  const fixed = executable.store(read(given))
  // Where they lie in the executable's memory, a step copies no states.
  if (keepsStates) Object.assign(states, executable.store(read(states)))
  const run = repeating(executable, { ...own, ...fixed, ...states })
  // A state that a graph gives without reading it is no input, so that it is not updated in place.
  const written = names.filter(name => graph.outputs.includes(name) && !graph.inputs.includes(name))
  return (elements, inner) => {
    const results = run(inner === undefined ? sizes : { ...sizes, ...inner }, elements)
    for (const name of written) states[name].set(results[name])
    return results
  }
}

/** Counts the blocks of rows in a result: the elements of the dimensions before the batch. Undefined for one that is the same in all rows. */
function blocksOfRows({ shape }: Value, batch: string, sizes: Sizes): number | undefined {
  const place = shape.findIndex(d => symbolsOf(d).includes(batch))
  return place < 0 ? undefined : shape.slice(0, place).reduce((n, d) => n * evaluate(d, sizes), 1)
}

// Computes the memory that a run takes from its plan and its sizes, before anything is drawn or allocated.
import type { AnyExecutable, Loader, Precision } from '../compiler/backend/backend.ts'
import { type CompiledModel, type Graph, loadPlan, type Plan, planFor } from '../compiler/index.ts'
import type { Context } from '../compiler/ir/builder.ts'
import { type Dim, evaluate, product, type Sizes, symbolsOf } from '../compiler/ir/dim.ts'
import type { DType } from '../compiler/ir/graph.ts'
import { buffersOfWays } from '../compiler/plan/choiceBuffers.ts'
import { inputBuffers } from '../compiler/plan/ports.ts'
import { fail } from '../dsl/diagnostics.ts'

/** Bytes that a run may take by default. */
const defaultMemory = 2 ** 34

/** A run to be judged: its model and the sizes of its batches. */
export interface Run {
  readonly model: CompiledModel
  /** Name of the work for messages: `training`, `predicting with`. */
  readonly doing: string
  /** Sizes of the largest batch. */
  readonly sizes: Sizes
  readonly precision: Precision
  /** Number of arrays held at once for each parameter; in training the drawn, the current and the best ones. */
  readonly copies?: number
  /** Help for messages: how to make a batch smaller. */
  readonly smaller: string
  /** Bytes available; `defaultMemory` if left out. */
  readonly memory?: number | undefined
}

/** Loads a graph on a backend, as `load` does. RNN519 where it takes more memory than is available. */
export const loadWithin = <E extends AnyExecutable>(run: Run, context: Context, graph: Graph, backend: Loader<E>): E =>
  loadingOnce(context, graph, backend).within(run)

/** A graph for run after run of one precision. */
export interface LoadedOnce<E> {
  /** Judges the memory that a run takes, and gives the executable, which is loaded for the first. RNN519 as for `loadWithin`. */
  within(run: Run): E
  /** Frees its memory. */
  dispose(): void
}

/** Plans a graph for many runs. */
export function loadingOnce<E extends AnyExecutable>(
  context: Context,
  graph: Graph,
  backend: Loader<E>,
): LoadedOnce<E> {
  const made = planFor(backend, context, graph)
  const betweenOf = measured(made)
  const known: { executable?: E } = {}
  return {
    within: run => {
      checkMemory(run, graph, betweenOf(run))
      known.executable ??= loadPlan(made, backend, run.precision)
      return known.executable
    },
    dispose: () => known.executable?.dispose?.(),
  }
}

/** RNN519 where the inputs of a graph and its intermediate values take more memory than is available. Unknown sizes count as 0. */
export function checkMemory(run: Run, graph: Graph, between = 0): void {
  const { model, memory = defaultMemory, copies = 1 } = run
  const weights = new Set(model.signature.parameters.map(p => p.name))
  const isState = (name: string): boolean => name.includes('@') && weights.has(name.slice(0, name.lastIndexOf('@')))
  const bytes = (wanted: (name: string) => boolean): number =>
    graph.params.reduce((sum, p, i) => (wanted(graph.inputs[i]) ? sum + bytesOf(p, product(p.shape), run) : sum), 0)
  const parameters = copies * bytes(name => weights.has(name)) + Math.max(1, copies - 1) * bytes(isState)
  const batch = bytes(name => !weights.has(name) && !isState(name)) + between
  if (parameters + batch <= memory) return
  const count = model.signature.parameters.reduce((n, p) => n + elementsOf(product(p.shape), run.sizes), 0)
  // Leaves out rates and probabilities, which are not sizes: their default is not a positive whole number.
  const sizes = model.unit.params.flatMap(({ name, default: d }) =>
    d?.kind === 'number' && (!d.isInt || d.value < 1) ? [] : [name.text],
  )
  const lower =
    parameters > batch
      ? sizes.length === 0
        ? 'reduce the sizes of the model'
        : `reduce ${list(sizes)}: \`--set ${sizes[0]}=…\``
      : run.smaller
  fail(
    'RNN519',
    { doing: `${run.doing} \`${model.signature.name}\``, needed: inBytes(parameters + batch), there: inBytes(memory) },
    {
      span: model.unit.name.span,
      caret: `${count.toLocaleString('en')} parameters, their gradients and optimizer states: ${inBytes(parameters)}; a batch: ${inBytes(batch)}`,
      help: lower,
    },
  )
}

/** Makes what gives the bytes of a plan's intermediate values; of two alternative ways, only of the one that the sizes of a run take. */
function measured(made: Plan): (run: Run) => number {
  const ports = inputBuffers(made)
  const ways = buffersOfWays(made)
  const own = made.buffers.filter(buffer => !ports.has(buffer))
  return run =>
    own.reduce((sum, buffer) => {
      const way = ways.get(buffer)
      const taken = way === undefined || elementsOf(way.less, run.sizes) < elementsOf(way.than, run.sizes) === way.first
      return taken ? sum + bytesOf(buffer, buffer.size, run) : sum
    }, 0)
}

const bytesOf = ({ dtype }: { readonly dtype: DType }, elements: Dim, { precision, sizes }: Run): number =>
  elementsOf(elements, sizes) * (dtype === 'real' && precision === 'f64' ? 8 : 4)

/** 0 where a size is not known: the code that needs the size reports it. */
const elementsOf = (dim: Dim, sizes: Sizes): number =>
  symbolsOf(dim).every(name => Object.hasOwn(sizes, name)) ? evaluate(dim, sizes) : 0

const list = (names: readonly string[]): string => names.map(name => `\`${name}\``).join(' or ')

/** `1.5 GB`. */
export function inBytes(bytes: number): string {
  const steps = ['bytes', 'KB', 'MB', 'GB', 'TB', 'PB']
  const step = Math.min(steps.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)))
  const value = bytes / 1024 ** step
  return `${value >= 1e6 ? value.toExponential(1) : value.toLocaleString('en', { maximumFractionDigits: 1 })} ${steps[step]}`
}

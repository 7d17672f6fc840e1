// What a run takes, known from its plan and its sizes before anything is drawn or allocated.
import type { AnyExecutable, Loader, Precision } from '../compiler/backend/backend.ts'
import { type CompiledModel, type Graph, loadPlan, type Plan, plan } from '../compiler/index.ts'
import type { Context } from '../compiler/ir/builder.ts'
import { type Dim, evaluate, product, type Sizes, symbolsOf } from '../compiler/ir/dim.ts'
import type { DType } from '../compiler/ir/graph.ts'
import { buffersOfWays } from '../compiler/plan/choiceBuffers.ts'
import { fail } from '../dsl/diagnostics.ts'

/** The bytes that a run may take if nothing else is said. */
export const defaultMemory = 2 ** 34

/** What is to be run, and on how much. */
export interface Run {
  readonly model: CompiledModel
  /** In words: `training`, `predicting`. */
  readonly doing: string
  /** Those of the largest batch. */
  readonly sizes: Sizes
  readonly precision: Precision
  /** How many arrays there are at once for each parameter: in training those drawn, those that move and the best. */
  readonly copies?: number
  /** How to make a batch smaller. */
  readonly smaller: string
  /** The bytes that there are. */
  readonly memory?: number | undefined
}

/** A graph ready to run on a backend, as `load` makes it. RNN519 where what it takes is more than there is. */
export function loadWithin<E extends AnyExecutable>(run: Run, context: Context, graph: Graph, backend: Loader<E>): E {
  const made = plan(context, graph)
  checkMemory(run, graph, betweenOf(made, run))
  return loadPlan(made, backend, run.precision)
}

/** RNN519 where the inputs of a graph, and what is computed on the way to its results, are more than there is. Sizes that are not known are not judged. */
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
  // A rate or a probability is no size: its default is no whole number from 1.
  const sizes = model.unit.params.flatMap(({ name, default: d }) =>
    d?.kind === 'number' && (!d.isInt || d.value < 1) ? [] : [name.text],
  )
  const lower =
    parameters > batch
      ? sizes.length === 0
        ? 'lower the sizes of the model'
        : `lower ${list(sizes)}: \`--set ${sizes[0]}=…\``
      : run.smaller
  fail(
    'RNN519',
    { doing: `${run.doing} \`${model.signature.name}\``, needed: inBytes(parameters + batch), there: inBytes(memory) },
    {
      span: model.unit.name.span,
      caret: `${count.toLocaleString('en')} parameters and what goes with them: ${inBytes(parameters)}; a batch: ${inBytes(batch)}`,
      help: lower,
    },
  )
}

/** The bytes of what a plan computes on the way; of two ways, those of the one that the sizes take. */
function betweenOf(made: Plan, run: Run): number {
  const ports = new Set([...made.inputs].map(p => p.operand.buffer))
  const ways = buffersOfWays(made)
  return made.buffers.reduce((sum, buffer) => {
    const way = ways.get(buffer)
    const taken = way === undefined || elementsOf(way.less, run.sizes) < elementsOf(way.than, run.sizes) === way.first
    return ports.has(buffer) || !taken ? sum : sum + bytesOf(buffer, buffer.size, run)
  }, 0)
}

const bytesOf = ({ dtype }: { readonly dtype: DType }, elements: Dim, { precision, sizes }: Run): number =>
  elementsOf(elements, sizes) * (dtype === 'real' && precision === 'f64' ? 8 : 4)

/** 0 where a size is not known: whoever needs it says so. */
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

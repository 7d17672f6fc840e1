// The whole compiler on one page: source → syntax tree → checked model → graph → passes → plan → executable.
import { fail } from '../dsl/diagnostics.ts'
import { printAst } from '../dsl/printAst.ts'
import type { AnyExecutable, Loader, Precision } from './backend/backend.ts'
import { type CompiledModel, type CompileOptions, compileProgram } from './compileModel.ts'
import { linkProgram } from './elaborate/linking/linkProgram.ts'
import type { GraphOptions } from './graphs.ts'
import type { Context } from './ir/builder.ts'
import type { Graph } from './ir/graph.ts'
import { printGraph } from './ir/printGraph.ts'
import { loadPlan, planFor } from './load.ts'
import { printPlan } from './plan/printPlan.ts'

export type { AsyncExecutable, Executable, Precision } from './backend/backend.ts'
export { type CheckedProgram, check, checkProgram } from './checkProgram.ts'
export { type CompiledModel, type CompileOptions, compile, compileProgram } from './compileModel.ts'
export type { ImportReader } from './elaborate/linking/linkProgram.ts'
export { chooseModel } from './elaborate/models/checkModel.ts'
export type { OptimizerState } from './elaborate/models/optimizer.ts'
export type { Settings } from './elaborate/models/settings.ts'
export type * from './elaborate/values/signature.ts'
export type { GraphOptions, TrainingGraph } from './graphs.ts'
export type { Graph } from './ir/graph.ts'
export { load, loadPlan, plan, planFor } from './load.ts'
export { answersFor } from './passes/readAnswers.ts'
export type { Plan } from './plan/plan.ts'
export { elementOfTarget, type Generation, type StreamGraphs, type StreamState } from './stream/streamGraphs.ts'

/** Graphs of a stream: its start, its step, and the step in two for a model that generates. */
export const streamGraphNames = ['start', 'step', 'answer', 'advance'] as const

/** Graphs of a batch: the predictions of a model, its loss, the gradient of the loss, a training step. */
export const batchGraphNames = ['predict', 'loss', 'gradient', 'train'] as const

/** The names of all graphs of a model. */
export const graphNames = [...batchGraphNames, ...streamGraphNames] as const
/** The name of a graph of a model. */
export type GraphName = (typeof graphNames)[number]

/** The target of a compilation: the graph, the backend that runs it, and the precision. */
export interface Target<E extends AnyExecutable> {
  readonly graph: GraphName
  /** The axis of a stream's graphs. */
  readonly over?: string
  readonly backend: Loader<E>
  readonly precision: Precision
  /** Called after each stage with the text of its result: `ast`, `after:lower`, `after:PASS`, `graph`, `after:lower-graph`, `plan`. */
  readonly onStage?: (stage: string, text: () => string) => void
}

/**
 * Compiles the text of a program, with its imports, to an executable. Throws RnnError with all errors of the program, or RNN505 if
 * the backend cannot take it.
 */
export function compileTo<E extends AnyExecutable>(source: string, target: Target<E>, options: CompileOptions = {}): E {
  // Parses the text, and finds its imports and the library.
  const program = linkProgram(source, options.file ?? 'model.rnn', options.read)
  target.onStage?.('ast', () => printAst(program.program))
  // Checks names, shapes and types while lowering the model to equations.
  const model = compileProgram(program, options)
  return executable(model, target)
}

/** Compiles a checked model to an executable. */
export function executable<E extends AnyExecutable>(model: CompiledModel, target: Target<E>): E {
  const { onStage = () => {}, over } = target
  // Takes the equations that one use needs, with their gradient, through the passes over graphs.
  const { context, graph } = graphOf(model, target.graph, {
    ...(over !== undefined && { over }),
    onDump: (pass, made) => onStage(`after:${pass}`, () => printGraph(made)),
  })
  onStage('graph', () => printGraph(graph))
  // Gives the computed values their place and order in a plan, and runs the passes over plans.
  const made = planFor(target.backend, context, graph, {
    onPlan: (pass, of) => onStage(`after:${pass}`, () => printPlan(of)),
  })
  onStage('plan', () => printPlan(made))
  // Lets the backend make a program of the plan.
  return loadPlan(made, target.backend, target.precision)
}

/** Options of a graph; `over` is the axis of a stream. */
export interface NamedGraphOptions extends GraphOptions {
  readonly over?: string
}

/** Makes a graph of a model, by its name. Throws RNN509 for another name, RNN334 for `answer` and `advance` of a model that generates nothing. */
export function graphOf(
  model: CompiledModel,
  name: GraphName,
  options: NamedGraphOptions = {},
): { readonly context: Context; readonly graph: Graph } {
  const { context } = model
  switch (name) {
    case 'predict':
      return { context, graph: model.predict(options) }
    case 'loss':
      return { context, graph: model.evaluate(options) }
    case 'gradient':
      return { context, graph: model.gradient(options) }
    case 'train':
      return model.train(undefined, options)
    case 'start':
    case 'step':
      return { context, graph: model.stream(options.over, options)[name] }
    case 'answer':
    case 'advance': {
      const { generation } = model.stream(options.over, options)
      if (generation !== undefined) return { context, graph: generation[name] }
      return fail('RNN334', {
        model: model.signature.name,
        reason: 'it reads none of its targets by `delay`, so that its step is one graph',
      })
    }
    default:
      return fail('RNN509', {
        what: 'graph',
        expected: `one of ${graphNames.join(', ')}`,
        found: `\`${String(name)}\``,
      })
  }
}

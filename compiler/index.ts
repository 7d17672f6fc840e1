// The whole compiler on one page: source → checked model → graphs → passes → plan → executable.
import type { Data, Train, Unit } from '../dsl/ast.ts'
import { type Diagnostic, fail } from '../dsl/diagnostics.ts'
import { didYouMean } from '../dsl/suggest.ts'
import type { Backend, Executable, Precision } from './backend/backend.ts'
import { checkBlocks } from './check/blocks.ts'
import { type LoweredModel, lowerModel } from './check/model.ts'
import { type LowerOptions, modelScope } from './check/modelScope.ts'
import { checkNames } from './check/names.ts'
import { type OptimizerState, optimizerStep } from './check/optimizer.ts'
import { type ImportReader, type LinkedProgram, linkProgram } from './check/program.ts'
import { attempt, distinct, throwAll } from './check/report.ts'
import { readSettings, type Settings } from './check/settings.ts'
import type { Signature } from './check/signature.ts'
import { checkTruncate } from './check/truncate.ts'
import type { Context } from './ir/builder.ts'
import type { Block, Graph, Value } from './ir/graph.ts'
import { newContext } from './ir/ops/index.ts'
import { clipGradients } from './passes/clipGradients.ts'
import { dropInputs } from './passes/dropInputs.ts'
import { grad } from './passes/grad.ts'
import { backwardPasses, forwardPasses, runPasses } from './passes/pipeline.ts'
import { sliceGraph } from './passes/sliceGraph.ts'
import { makePlan } from './plan/lower.ts'
import type { Plan } from './plan/plan.ts'

export type { Executable, Precision } from './backend/backend.ts'
export type { OptimizerState } from './check/optimizer.ts'
export type { ImportReader } from './check/program.ts'
export type { Settings } from './check/settings.ts'
export type * from './check/signature.ts'
export type { Graph } from './ir/graph.ts'
export type { Plan } from './plan/plan.ts'

export interface CompileOptions {
  /** The file's name, for messages. */
  readonly file?: string
  /** Which model, where the file has several. */
  readonly model?: string
  /** `--set units=256 V=65`: hyper-parameters of the model, free dims, settings of `train`. */
  readonly sets?: Readonly<Record<string, number>>
  /** Reads imported files. */
  readonly read?: ImportReader
  /** Called with each graph after each pass, and before the first (`lower`). */
  readonly onDump?: (stage: string, graph: Graph) => void
}

/** What training one batch needs: see `CompiledModel.train`. */
export interface TrainingGraph {
  readonly graph: Graph
  readonly context: Context
  readonly states: readonly OptimizerState[]
  /** The parameters that move. */
  readonly trained: readonly string[]
}

export interface CompiledModel {
  readonly unit: Unit
  readonly signature: Signature
  readonly program: LinkedProgram
  readonly data?: Data
  readonly trainBlock?: Train
  readonly settings: Settings
  readonly warnings: readonly Diagnostic[]
  readonly context: Context
  /** Free dims that data or `sets` must bind. */
  readonly freeDims: readonly string[]
  /** Targets that the model reads one step late, so that using it means generating them. */
  readonly fedBack: readonly string[]
  /** inputs → outputs and predictions. */
  predict(): Graph
  /** inputs, targets → `loss` if there is one, and `sum.i`, `count.i` of every average. RNN311 if there is nothing to measure. */
  evaluate(): Graph
  /** As `evaluate`, and `d:NAME` for every parameter; nothing is drawn. */
  gradient(): Graph
  /** parameters, optimizer states, batch → all of these again, `loss`, sums and counts. */
  train(settings?: Settings): TrainingGraph
  /** `average.i` over a data set → `loss` and the reports. */
  report(): Graph
}

/** Checks a program and makes the graphs of one of its models. Throws RnnError with everything that is wrong. */
export function compile(source: string, options: CompileOptions = {}): CompiledModel {
  const program = linkProgram(source, options.file ?? 'model.rnn', options.read)
  return compileProgram(program, options)
}

/** As `compile`, for a program that is parsed and linked. */
export function compileProgram(program: LinkedProgram, options: CompileOptions = {}): CompiledModel {
  const unit = chooseModel(program, options.model)
  const trainBlock = program.trains.find(t => t.model.text === unit.name.text)
  const data = program.datas.find(d =>
    trainBlock ? d.name.text === trainBlock.data.text : d.model.text === unit.name.text,
  )
  const sets = new Map(Object.entries(options.sets ?? {}))
  const lowering = (training: boolean): LowerOptions => {
    const { topLevel, sources } = program
    return { training, sets, topLevel, sources, context: newContext() }
  }
  const lower = (training: boolean): LoweredModel => lowerModel(unit, lowering(training))

  const problems = [...checkNames(program), ...checkBlocks(program)]
  const written =
    trainBlock && attempt(problems, () => readSettings(trainBlock, unit, modelScope(unit, lowering(false))))
  const model = attempt(problems, () => lower(false))
  throwAll(problems)
  if (model === undefined) throw new Error('a model that cannot be lowered is reported')
  const settings = { ...written, ...settingSets(sets) }
  const paths = model.parameters.map(p => p.name)
  const astray = settings.freeze?.find(f => !paths.some(p => within(p, f)))
  if (astray !== undefined) {
    const place = trainBlock?.settings.find(e => e.name.text === 'freeze')?.span
    fail('RNN106', { name: astray }, { span: place, help: didYouMean(astray, paths) })
  }
  if (settings.truncate !== undefined) {
    const place = trainBlock?.settings.find(e => e.name.text === 'truncate')?.span
    throwAll(checkTruncate(model, place ?? trainBlock?.span))
  }
  const reports = model.reports.map(r => r.name)
  const signature: Signature = {
    name: model.name,
    inputs: model.inputs,
    targets: model.targets,
    outputs: model.outputs.map(({ value: _, ...port }) => port),
    parameters: model.parameters.map(({ value: _, ...parameter }) => parameter),
    predictions: model.predictions,
    metrics: reports,
  }

  const forward = (m: LoweredModel, results: readonly Value[], outputs: readonly string[]): Graph => {
    const graph = graphOf(m, m.builder.finish(results), outputs)
    options.onDump?.('lower', graph)
    return runPasses(m.context, graph, forwardPasses, options)
  }
  const measures = (m: LoweredModel): Graph => {
    const loss = m.loss === undefined ? [] : [{ name: 'loss', value: m.loss }]
    const sums = m.averages.flatMap(({ sum, count }, i) => [
      { name: `sum.${i}`, value: sum },
      { name: `count.${i}`, value: count },
    ])
    const results = [...loss, ...sums]
    if (results.length === 0) fail('RNN311', { model: m.name }, { span: unit.name.span })
    return forward(
      m,
      results.map(r => r.value),
      results.map(r => r.name),
    )
  }
  const losses = (m: LoweredModel): Graph =>
    m.loss === undefined ? fail('RNN311', { model: m.name }, { span: unit.name.span }) : measures(m)

  return {
    unit,
    signature,
    program,
    data,
    trainBlock,
    settings,
    warnings: [...program.warnings, ...model.session.warnings],
    context: model.context,
    freeDims: model.freeDims,
    fedBack: model.fedBack,
    predict: () =>
      dropInputs(
        forward(
          model,
          model.outputs.map(o => o.value),
          model.outputs.map(o => o.name),
        ),
      ),
    evaluate: () => dropInputs(measures(model)),
    gradient: () => {
      const graph = losses(model)
      const names = model.parameters.map(p => p.name)
      const { builder, gradients } = grad(model.context, graph, 'loss', names)
      const block = builder.finish([...graph.results, ...gradients.values()])
      const outputs = [...graph.outputs, ...names.map(n => `d:${n}`)]
      return dropInputs(runPasses(model.context, { ...graph, ...block, outputs }, backwardPasses, options))
    },
    train: (chosen = settings) => {
      const m = lower(true)
      const graph = losses(m)
      const trained = m.parameters.filter(p => !chosen.freeze?.some(f => within(p.name, f)))
      const { builder, gradients } = grad(
        m.context,
        graph,
        'loss',
        trained.map(p => p.name),
      )
      const clipped = chosen.clip === undefined ? gradients : clipGradients(builder, gradients, chosen.clip)
      const recipe =
        chosen.optimizer ??
        fail('RNN209', { callee: 'train', name: 'optimizer' }, { span: trainBlock?.span ?? unit.span })
      const states: OptimizerState[] = []
      const results = trained.map(p => {
        const value = graph.params[graph.inputs.indexOf(p.name)]
        const gradient = clipped.get(p.name)
        if (gradient === undefined) throw new Error(`no gradient for ${p.name}`)
        const before = builder.params.length
        const step = optimizerStep(m, builder, recipe, { name: p.name, value }, gradient)
        states.push(...step.states.map(({ value: _, ...state }) => state))
        return { name: p.name, step, inputs: builder.params.slice(before).map((_, i) => step.states[i].name) }
      })
      const block = builder.finish([
        ...results.flatMap(r => [r.step.parameter, ...r.step.states.map(s => s.value)]),
        ...graph.results,
      ])
      const training = {
        ...block,
        name: m.name,
        inputs: [...graph.inputs, ...results.flatMap(r => r.inputs)],
        outputs: [...results.flatMap(r => [r.name, ...r.step.states.map(s => s.name)]), ...graph.outputs],
      }
      return {
        graph: dropInputs(runPasses(m.context, training, backwardPasses, options)),
        context: m.context,
        states,
        trained: trained.map(p => p.name),
      }
    },
    report: () => {
      const named = [...(model.loss === undefined ? [] : [{ name: 'loss', value: model.loss }]), ...model.reports]
      const averages = model.averages.map((a, i) => ({ name: `average.${i}`, value: a.value }))
      return sliceGraph(model.context, model.builder, `${model.name} report`, averages, named)
    },
  }
}

/** Everything that is wrong or doubtful in a program: of each model, and of each graph that it is meant for. */
export function check(source: string, options: CompileOptions = {}): readonly Diagnostic[] {
  const problems: Diagnostic[] = []
  attempt(problems, () => {
    const program = linkProgram(source, options.file ?? 'model.rnn', options.read)
    if (program.models.length === 0) chooseModel(program, undefined)
    for (const { name } of program.models) {
      attempt(problems, () => {
        const model = compileProgram(program, { ...options, model: name.text })
        problems.push(...model.warnings)
        model.predict()
        if (model.trainBlock !== undefined) model.train()
        else if (model.unit.body.some(s => s.kind === 'loss' || s.kind === 'metric')) model.evaluate()
        model.report()
      })
    }
  })
  return distinct(problems, options.file ?? 'model.rnn')
}

/** The plan of a graph. */
export const plan = (context: Context, graph: Graph): Plan => makePlan(context, graph)

/** A graph ready to run on a backend. Throws RnnError (RNN505) with the reason where the backend cannot take it. */
export function load(context: Context, graph: Graph, backend: Backend, precision: Precision): Executable {
  const made = makePlan(context, graph)
  const reason = backend.refuses(made)
  if (reason !== undefined) fail('RNN505', { option: `backend for this model (${reason})`, value: backend.name })
  return backend.load(made, precision)
}

/** Whether a path is that of a param, or of something inside a part. */
const within = (path: string, of: string): boolean => path === of || path.startsWith(`${of}.`)

/** The model of that name; else the first with a `train` block, else the first. RNN106 if there is none. */
export function chooseModel(program: LinkedProgram, name: string | undefined): Unit {
  const names = program.models.map(m => m.name.text)
  if (name !== undefined) {
    return program.models.find(m => m.name.text === name) ?? fail('RNN106', { name }, { help: didYouMean(name, names) })
  }
  const trained = program.models.find(m => program.trains.some(t => t.model.text === m.name.text))
  return trained ?? program.models[0] ?? fail('RNN106', { name: 'model' }, { help: 'the file declares no model' })
}

/** The sets that are settings of `train`: numbers only. */
function settingSets(sets: ReadonlyMap<string, number>): Partial<Settings> {
  const numeric = ['epochs', 'steps', 'batch', 'seed', 'truncate', 'patience'] as const
  return Object.fromEntries(numeric.flatMap(name => (sets.has(name) ? [[name, sets.get(name)]] : [])))
}

function graphOf(model: LoweredModel, block: Block, outputs: readonly string[]): Graph {
  const inputs = block.params.map(p => model.inputNames.get(p.id) ?? fail('RNN413', { feature: `input ${p.hint}` }))
  return { ...block, name: model.name, inputs, outputs }
}

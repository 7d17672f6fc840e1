// Compiles a program to a checked model that can make its graphs.
import type { Data, Train, Unit } from '../dsl/ast.ts'
import type { Diagnostic } from '../dsl/diagnostics.ts'
import { type ImportReader, type LinkedProgram, linkProgram } from './elaborate/linking/linkProgram.ts'
import { textWarnings } from './elaborate/linking/textWarnings.ts'
import { chooseModel, type Elaboration } from './elaborate/models/checkModel.ts'
import { checkGiven, checkSizes } from './elaborate/models/givenNumbers.ts'
import type { LoweredModel } from './elaborate/models/lowerModel.ts'
import { type OwnSettings, withOwnSettings } from './elaborate/models/ownSettings.ts'
import type { Settings } from './elaborate/models/settings.ts'
import { type SettingTexts, withSettingTexts } from './elaborate/models/settingTexts.ts'
import { distinct } from './elaborate/values/collectProblems.ts'
import { located } from './elaborate/values/located.ts'
import type { Signature } from './elaborate/values/signature.ts'
import {
  type GradientOptions,
  type GraphOptions,
  gradientGraph,
  measureGraph,
  predictionGraph,
  reportGraph,
  type TrainingGraph,
  type TrainingOptions,
  trainingGraph,
  valueGraph,
} from './graphs.ts'
import type { Context } from './ir/builder.ts'
import type { Dim, Sizes } from './ir/dim.ts'
import type { Graph } from './ir/graph.ts'
import { type UnitsGraphs, unitsGraphs } from './measuresInUnits.ts'
import { checkpointed } from './passes/pipeline.ts'
import { axisOfStream, checkAhead } from './stream/axisOfStream.ts'
import { type StreamGraphs, type StreamOptions, streamGraphs } from './stream/streamGraphs.ts'

/** How a program is compiled. */
export interface CompileOptions extends GraphOptions, Elaboration {
  /** The file's name, for messages. */
  readonly file?: string
  /** Which model, where the file has several. */
  readonly model?: string
  /** `--set units=256 V=65`: hyper-parameters of the model, free dims, settings of `train`. */
  readonly sets?: Readonly<Record<string, number>>
  /** Settings of `train` as texts, in place of those of the file: `clip: 'norm(1)'`, `'optimizer.rate': '0.01'`. */
  readonly settings?: SettingTexts
  /** Reads imported files. */
  readonly read?: ImportReader
}

/** A checked model, which makes its graphs on request. */
export interface CompiledModel {
  readonly unit: Unit
  readonly signature: Signature
  readonly program: LinkedProgram
  readonly data?: Data
  readonly trainBlock?: Train
  readonly settings: Settings
  /** Numbers that were given with the program: `units=256`. */
  readonly sets: Readonly<Record<string, number>>
  readonly warnings: readonly Diagnostic[]
  readonly context: Context
  /** Free dims that data or `sets` must bind. */
  readonly freeDims: readonly string[]
  /** The length that `truncate` cuts into windows, of which the training graph sees one at a time. */
  readonly windows?: Dim
  /** Targets that the model reads one step late, so that using it means generating them. */
  readonly fedBack: readonly string[]
  /**
   * Checks sizes before they are bound to the free dims: throws the errors that `check` would find with these numbers in the program,
   * and gives the warnings that they add. `notes` explains a size, by its name: the labels that it counts.
   */
  checkSizes(sizes: Sizes, notes?: Readonly<Record<string, string>>): readonly Diagnostic[]
  /** inputs → outputs and predictions. `own` options, here and below, override those of the compilation. */
  predict(own?: GraphOptions): Graph
  /**
   * inputs, targets → `loss` if there is one, `sum.i` and `count.i` of every average, and other values that a metric gathers from
   * batches. Throws RNN311 if there is nothing to measure.
   */
  evaluate(own?: GraphOptions): Graph
  /** As `evaluate`, and `d:NAME` for every parameter, with `inputs` for every real input and target as well; no random draws. */
  gradient(own?: GradientOptions): Graph
  /** parameters, optimizer states, batch → new parameters and optimizer states, `loss`, sums and counts. */
  train(settings?: Settings, own?: TrainingOptions): TrainingGraph
  /**
   * The step of the model along an axis, if left out that of the targets that it reads late, or its only one: what it gives at each element is
   * what it gives on all elements so far. Throws RNN331 if an output needs later ones, RNN334 if there is no such axis or state.
   */
  stream(over?: string, own?: StreamOptions): StreamGraphs
  /** `average.i`, or another kind of value, over a data set → `loss` and the reports. */
  report(): Graph
  /**
   * The same model with settings of `train` that replace those of the program: `epochs = 20; optimizer = Adam(0.003)`. Throws RnnError
   * with all errors in them.
   */
  withSettings(text: string): CompiledModel
  /** The graphs of the metrics in the units of the data, where `scaled` are the inputs and targets that are scaled; undefined without such a metric. */
  inUnits(scaled: ReadonlySet<string>): UnitsGraphs | undefined
}

/** Checks a program and compiles one of its models, whose graphs are made on request. Throws RnnError with all errors. */
export function compile(source: string, options: CompileOptions = {}): CompiledModel {
  const program = linkProgram(source, options.file ?? 'model.rnn', options.read)
  return compileProgram(program, options)
}

/** As `compile`, for a parsed and linked program. */
export function compileProgram(program: LinkedProgram, options: CompileOptions = {}): CompiledModel {
  const unit = chooseModel(program, options.model)
  const configured = withSettingTexts(program, unit, options.settings ?? {})
  const given = { program: configured, unit, given: options.sets ?? {}, how: options }
  /** Reports at the model's name a limit that a graph exceeds by its size or depth. */
  const here = <T>(run: () => T): T => located(unit.name.span, run)
  const checked = here(() => checkGiven(given))
  const { trainBlock, data, settings, model, windows } = checked
  const warnings = distinct([
    ...program.warnings,
    ...model.session.warnings,
    ...textWarnings(program, unit, model.session.applied),
  ])
  return {
    unit,
    signature: signatureOf(model),
    program,
    data,
    trainBlock,
    settings,
    sets: options.sets ?? {},
    warnings,
    context: model.context,
    freeDims: model.freeDims,
    ...(windows && { windows }),
    fedBack: model.fedBack,
    checkSizes: onceFor(
      (sizes, notes = {}) =>
        here(() => {
          const found = checkSizes(given, sizes, notes)
          return distinct([...warnings, ...found]).filter(d => !warnings.includes(d))
        }),
      model.freeDims,
    ),
    predict: own => here(() => predictionGraph(model, { ...options, ...own })),
    evaluate: own => here(() => measureGraph(model, { ...options, ...own })),
    gradient: own => here(() => gradientGraph(model, { ...keeping(settings), ...options, ...own })),
    train: (used = settings, own = {}) =>
      here(() =>
        trainingGraph(checked.forTraining(), used, trainBlock?.span ?? unit.span, {
          ...keeping(used),
          ...(windows && { windows }),
          ...options,
          ...own,
        }),
      ),
    stream: (over, own) =>
      here(() => {
        const axis = axisOfStream(model, over)
        const streamed = checked.forStream(axis)
        checkAhead(streamed, axis)
        return streamGraphs(streamed, axis, { ...options, ...own })
      }),
    report: () => here(() => reportGraph(model)),
    withSettings: text => compileWith(withOwnSettings(program, unit, trainBlock, text), unit, options),
    inUnits: scaled => here(() => unitsGraphs(model, scaled, values => valueGraph(model, values, options))),
  }
}

/** Compiles a model with other settings, which replace those that were given as numbers. */
function compileWith({ program, train, names }: OwnSettings, { name }: Unit, options: CompileOptions): CompiledModel {
  const sets = Object.fromEntries(Object.entries(options.sets ?? {}).filter(([set]) => !names.includes(set)))
  return compileProgram(program, { ...options, model: name.text, sets, train })
}

/** Leaves out the values in the graph. */
const signatureOf = (model: LoweredModel): Signature => ({
  name: model.name,
  inputs: model.inputs,
  targets: model.targets,
  outputs: model.outputs.map(({ value: _, tensor: __, facts: ___, span: ____, ...port }) => port),
  parameters: model.parameters.map(({ value: _, ...parameter }) => parameter),
  predictions: model.predictions,
  metrics: model.reports.map(r => r.name),
})

/** Caches a check of the sizes of some names: runs it only when they change, and not if none of them is given. */
function onceFor(check: CompiledModel['checkSizes'], names: readonly string[]): CompiledModel['checkSizes'] {
  let last: { readonly key: string; readonly found: readonly Diagnostic[] } = { key: '[]', found: [] }
  return (sizes, notes) => {
    const known = names.flatMap(name => (Object.hasOwn(sizes, name) ? [[name, sizes[name]] as const] : []))
    const key = JSON.stringify(known)
    if (key !== last.key) last = { key, found: check(Object.fromEntries(known), notes) }
    return last.found
  }
}

/** Options that say which forward values the gradient keeps. */
const keeping = ({ checkpoint }: Settings): GraphOptions =>
  checkpoint === undefined ? {} : { pipeline: checkpointed(checkpoint) }

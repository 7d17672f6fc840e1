// rnnc explain: describes a model and its costs, and its form at each stage of the compiler.
import { js } from '../../compiler/backend/js.ts'
import { scheduleFor } from '../../compiler/backend/wasm.ts'
import { printCode } from '../../compiler/code/print.ts'
import type { Signature } from '../../compiler/elaborate/values/signature.ts'
import {
  batchGraphNames,
  type CompiledModel,
  executable,
  type GraphName,
  graphNames,
  graphOf,
  plan,
  planFor,
} from '../../compiler/index.ts'
import { type Cost, cost } from '../../compiler/ir/cost.ts'
import { format, product } from '../../compiler/ir/dim.ts'
import { printGraph } from '../../compiler/ir/printGraph.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { printAst } from '../../dsl/printAst.ts'
import { didYouMean } from '../../dsl/suggest.ts'
import { describePort } from '../../runtime/data/bindSizes.ts'
import { writeBytes } from '../../runtime/node/index.ts'
import { autoJson, autoText, openSample } from '../autoReport.ts'
import { type AddCommand, autoNames, chooseDtype, describeUse, flags } from '../command.ts'
import { formula, parameterCount, shapeText, signatureJson } from '../describeSignature.ts'
import { oneOf } from '../errors.ts'
import { compileSource, type ModelOptions, openSource } from '../openSource.ts'
import { type JsonValue, type Output, table } from '../output.ts'
import { checkNoWeights } from '../outputFile.ts'
import {
  type PassRow,
  type PlanRow,
  passesJson,
  passesText,
  passRow,
  planPassesJson,
  planPassesText,
  planRow,
} from '../passReport.ts'
import { measured } from '../target.ts'

interface Options extends ModelOptions {
  readonly emit?: string
  readonly graph?: string
  readonly over?: string
  readonly passes?: boolean
  readonly target?: string
  readonly data?: string
  readonly dtype: string
  readonly force?: boolean
}

const emits = ['ast', 'graph', 'plan', 'source', 'code', 'step'] as const

export const explain: AddCommand = (program, output) =>
  describeUse(
    program
      .command('explain')
      .description('Describe a model and its cost, or show its code at a stage of the compiler.')
      .argument('<file>', 'a program (*.rnn)'),
    [
      [
        '--emit <stage>',
        'show ast, graph, after:PASS (after:lower, after:dce, after:join-tails), plan, source (JavaScript), code (the loops that become WebAssembly) or step (the graphs of a stream)',
      ],
      [
        '--graph <name>',
        `graph to show: ${graphNames.join(', ')}; by default predict; or a file in which the model is drawn: model.svg`,
      ],
      ['--force', 'draw into a file even if it contains weights'],
      ['--over <axis>', 'axis of the stream, if the model has several'],
      ['--passes', 'show the size and cost of the program after each pass; by default of the gradient'],
      ['--target <auto>', `measure which of ${autoNames} is fastest for a batch; by default in training`],
      ['--data <path>', 'with --target: read this file instead of the one in the data block'],
      flags.dtypeOrF32,
      [
        '--set <name=value...>',
        'set hyper-parameters, sizes and settings of `train`; with --target also sizes of the batch: B=32 T=100',
      ],
      flags.model,
      flags.json,
    ],
    [
      'rnnc explain sunspots.rnn',
      'rnnc explain sunspots.rnn --graph sunspots.svg',
      'rnnc explain sunspots.rnn --emit graph --graph gradient',
      'rnnc explain sunspots.rnn --emit after:lower --set units=4',
      'rnnc explain sunspots.rnn --emit source --graph train',
      'rnnc explain sunspots.rnn --emit step',
      'rnnc explain sunspots.rnn --passes',
      'rnnc explain sunspots.rnn --target auto',
    ],
  ).action((path: string, options: Options) => run(path, options, output))

async function run(path: string, options: Options, output: Output): Promise<void> {
  if (options.graph?.endsWith('.svg')) return drawModel(path, { ...options, graph: options.graph }, output)
  const source = await openSource(path, output)
  const measures = options.target !== undefined && oneOf('target', options.target, ['auto']) === 'auto'
  const { model, sets } = compileSource(source, { ...options, sizes: measures }, output)
  if (measures) return showTarget(model, { file: source.file, sets }, options, output)
  if (options.passes) return showPasses(model, options, output)
  if (options.emit === 'step') return showStep(model, options, output)
  if (options.emit !== undefined) return showStage(model, options.emit, options, output)
  if (options.graph !== undefined) {
    const expected = '`--emit` or `--passes` beside it, or a file that ends in .svg'
    fail('RNN509', { what: '--graph', expected, found: `\`${options.graph}\`` })
  }
  const summary = summaryOf(model)
  output.result({ ok: true, ...signatureJson(model.signature), ...summaryJson(summary) }, summaryText(model, summary))
}

/** Draws the model in a file. RNN509 for options that show something else. */
async function drawModel(path: string, options: Options & { readonly graph: string }, output: Output): Promise<void> {
  const other = (['emit', 'over', 'passes', 'target', 'data'] as const).find(name => options[name] !== undefined)
  const svg = options.graph
  if (other !== undefined)
    fail('RNN509', { what: `--${other}`, expected: 'the name of a graph beside it', found: `\`--graph ${svg}\`` })
  const source = await openSource(path, output)
  await checkNoWeights(svg, output, [path], options.force ? 'forced' : 'not forced')
  // Is loaded late: only this draws.
  const { describeModel, drawSvg, watchModel } = await import('../../compiler/diagram/index.ts')
  const watched = watchModel()
  const { model } = compileSource(source, { ...options, onEvaluate: watched.onEvaluate }, output)
  const text = drawSvg(describeModel(model.unit, watched, model.program.sources))
  await writeBytes(svg, new TextEncoder().encode(text))
  output.result({ ok: true, model: model.signature.name, graph: svg }, `drew ${model.signature.name} in ${svg}`)
}

const graphAsked = ({ graph }: Options, otherwise: GraphName): GraphName =>
  oneOf('graph', graph ?? otherwise, graphNames)

/** Shows which target is fastest for a batch. */
async function showTarget(
  model: CompiledModel,
  place: { readonly file: string; readonly sets: Readonly<Record<string, number>> },
  options: Options,
  output: Output,
): Promise<void> {
  const otherwise = model.trainBlock === undefined ? 'predict' : 'train'
  const name = oneOf('graph', options.graph ?? otherwise, batchGraphNames)
  const precision = chooseDtype(options.dtype)
  const sample = await openSample(model, name, { ...place, data: options.data, precision, output })
  const choice = await measured(sample.step, output)
  output.result(
    {
      ok: true,
      model: model.signature.name,
      graph: name,
      from: sample.from,
      sizes: sample.sizes,
      ...autoJson(choice),
    },
    autoText(model.signature.name, name, sample, choice),
  )
}

/** Shows the graph and the plan after each pass. */
function showPasses(model: CompiledModel, options: Options, output: Output): void {
  const name = graphAsked(options, 'gradient')
  const precision = chooseDtype(options.dtype)
  const rows: PassRow[] = []
  const planRows: PlanRow[] = []
  const { graph, context } = graphOf(model, name, {
    onDump: (dump, made) => rows.push(passRow(dump, model.context, made, precision)),
  })
  plan(context, graph, { onPlan: (dump, made) => planRows.push(planRow(dump, made, precision)) })
  output.result(
    {
      ok: true,
      model: model.signature.name,
      graph: name,
      passes: passesJson(rows),
      planPasses: planPassesJson(planRows),
    },
    [passesText(rows), '', planPassesText(planRows)].join('\n'),
  )
}

/** Shows a model at one stage of the compiler. */
function showStage(model: CompiledModel, emit: string, options: Options, output: Output): void {
  const isPass = emit.startsWith('after:')
  const stage = isPass ? emit : oneOf('stage', emit, emits)
  const graph = graphAsked(options, 'predict')
  const over = options.over === undefined ? {} : { over: options.over }
  const precision = chooseDtype(options.dtype)
  const texts = new Map<string, () => string>([['ast', () => printAst(model.program.program)]])
  if (stage === 'source') {
    const { context, graph: own } = graphOf(model, graph, over)
    texts.set(stage, () => js.emit(planFor(js, context, own), precision))
  } else if (stage === 'code') {
    const { context, graph: own } = graphOf(model, graph, over)
    texts.set(stage, () => printCode(scheduleFor(plan(context, own), precision).program))
  } else if (stage !== 'ast') {
    executable(model, { graph, ...over, backend: js, precision, onStage: (name, text) => texts.set(name, text) })
  }
  const text = texts.get(stage) ?? noPass(stage, texts.keys())
  output.result(
    { ok: true, model: model.signature.name, emit, graph: stage === 'ast' ? undefined : graph, text: text() },
    text(),
  )
}

/** Shows the graphs of a stream: what it does once, and at each element. */
function showStep(model: CompiledModel, { over }: Options, output: Output): void {
  const { axis, states, start, step, generation } = model.stream(over)
  const graphs = [start, step, ...(generation === undefined ? [] : [generation.answer, generation.advance])]
  const text = graphs.map(printGraph).join('\n')
  const shapes = states.map(s => ({ name: s.name, dtype: s.dtype, shape: s.shape.map(d => format(d)) }))
  output.result({ ok: true, model: model.signature.name, emit: 'step', axis, states: shapes, text }, text)
}

/** RNN505 for an unknown pass. */
function noPass(stage: string, known: Iterable<string>): never {
  const [value, ...names] = [stage, ...known].map(name => name.replace('after:', ''))
  const help = didYouMean(value, names)
  return fail('RNN505', { option: 'pass', value }, { ...(help && { help }) })
}

interface Summary {
  /** Cost of one run of each graph. */
  readonly costs: readonly { readonly name: string; readonly cost: Cost }[]
}

/** Computes the costs of using and, where the model has a loss, of training it. */
function summaryOf(model: CompiledModel): Summary {
  const hasLoss = model.unit.body.some(s => s.kind === 'loss')
  const training = model.trainBlock === undefined ? 'gradient' : 'train'
  const chosen = [
    { label: 'prediction', name: 'predict' as const },
    ...(hasLoss ? [{ label: 'loss', name: 'loss' as const }, { label: 'training step', name: training } as const] : []),
  ]
  return {
    costs: chosen.map(({ label, name }) => {
      const { graph, context } = graphOf(model, name)
      return { name: name === 'gradient' ? 'gradient' : label, cost: cost(context, graph) }
    }),
  }
}

const summaryJson = ({ costs }: Summary): { readonly [key: string]: JsonValue } => ({
  costs: costs.map(({ name, cost: c }) => ({
    name,
    flops: format(c.flops.total),
    flopsInLoops: format(c.flops.inside),
    matrixProducts: { outside: c.contractions.outside, inLoops: c.contractions.inside },
    equations: c.equations,
  })),
})

function summaryText({ signature, settings }: CompiledModel, { costs }: Summary): string {
  const ports = (['inputs', 'targets', 'outputs'] as const).flatMap(kind =>
    signature[kind].map(port => `  ${kind.slice(0, -1).padEnd(6)}  ${port.name}: ${describePort(port)}`),
  )
  const rows = signature.parameters.map(p => [`  ${p.name}`, shapeText(p.shape), formula(product(p.shape))])
  const costRows = costs.map(({ name, cost: c }) => [
    `  ${name}`,
    formula(c.flops.total),
    `${formula(c.flops.inside)} of them in loops; matrix products: ${c.contractions.outside} outside loops, ${c.contractions.inside} inside`,
  ])
  const { epochs, batch } = settings
  const trained = [
    ...(batch === undefined ? [] : [`batch ${batch}`]),
    ...(epochs === undefined ? [] : [`${epochs} epochs`]),
  ]
  return [
    `model ${signature.name}${trained.length > 0 ? ` (${trained.join(', ')})` : ''}`,
    ...ports,
    '',
    `parameters: ${formula(parameterCount(signature))}`,
    table(rows, [2]),
    '',
    `floating-point operations per batch of B examples${axesOf(signature)}`,
    ...(costRows.length > 0 ? [table(costRows)] : []),
  ].join('\n')
}

function axesOf({ inputs, targets }: Signature): string {
  const axes = [...inputs, ...targets].flatMap(p => p.axes.flatMap(a => (a.ragged ? [a.name] : [])))
  const names = [...new Set(axes)]
  return names.length === 0 ? '' : ` and lengths ${names.join(', ')}`
}

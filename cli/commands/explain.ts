// rnnc explain: what a model is and what it costs, and how the compiler sees it at each stage.
import { js } from '../../compiler/backend/js.ts'
import type { Signature } from '../../compiler/elaborate/values/signature.ts'
import { type CompiledModel, type Graph, type GraphOptions, plan } from '../../compiler/index.ts'
import type { Context } from '../../compiler/ir/builder.ts'
import { type Cost, cost } from '../../compiler/ir/cost.ts'
import { format, product } from '../../compiler/ir/dim.ts'
import { printGraph } from '../../compiler/ir/printGraph.ts'
import { printPlan } from '../../compiler/plan/printPlan.ts'
import { fail } from '../../dsl/diagnostics.ts'
import { printAst } from '../../dsl/printAst.ts'
import { didYouMean } from '../../dsl/suggest.ts'
import { describePort } from '../../runtime/data/bindSizes.ts'
import { autoJson, autoText, openSample } from '../autoReport.ts'
import { type AddCommand, chooseDtype, describeUse, flags } from '../command.ts'
import { formula, parameterCount, shapeText, signatureJson } from '../describeSignature.ts'
import { oneOf } from '../errors.ts'
import { compileSource, type ModelOptions, openSource } from '../openSource.ts'
import { type JsonValue, type Output, table } from '../output.ts'
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
  readonly passes?: boolean
  readonly target?: string
  readonly data?: string
  readonly dtype: string
}

const emits = ['ast', 'graph', 'plan', 'source'] as const
const graphs = ['predict', 'loss', 'gradient', 'train'] as const

export const explain: AddCommand = (program, output) =>
  describeUse(
    program
      .command('explain')
      .description('What a model is and what it costs; or what the compiler makes of it, stage by stage.')
      .argument('<file>', 'a program, *.rnn'),
    [
      ['--emit <stage>', 'ast, graph, after:PASS (after:lower, after:dce, after:join-tails), plan or source'],
      ['--graph <name>', 'predict, loss, gradient or train; predict if left out'],
      [
        '--passes',
        'what each pass over graph and plan leaves, and what that costs; of the gradient if --graph is left out',
      ],
      [
        '--target <auto>',
        'which is faster for a batch, the GPU or the CPU, as measured here; of training if --graph is left out',
      ],
      ['--data <path>', 'with --target: read this file in place of the one that the data block names'],
      flags.dtypeOrF32,
      [
        '--set <name=value...>',
        'hyper-parameters, sizes and settings of `train`; with --target also of the batch: B=32 T=100',
      ],
      flags.model,
      flags.json,
    ],
    [
      'rnnc explain sunspots.rnn',
      'rnnc explain sunspots.rnn --emit graph --graph gradient',
      'rnnc explain sunspots.rnn --emit after:lower --set units=4',
      'rnnc explain sunspots.rnn --emit source --graph train',
      'rnnc explain sunspots.rnn --passes',
      'rnnc explain sunspots.rnn --target auto',
    ],
  ).action((path: string, options: Options) => run(path, options, output))

async function run(path: string, options: Options, output: Output): Promise<void> {
  const { emit } = options
  const precision = chooseDtype(options.dtype)
  const which = oneOf('graph', options.graph ?? 'predict', graphs)
  const pass = emit?.startsWith('after:') ? emit.slice('after:'.length) : undefined
  const stage = emit === undefined || pass !== undefined ? undefined : oneOf('stage', emit, emits)
  const source = await openSource(path, output)
  const dumps = new Map<string, Graph>()
  const onDump = (name: string, graph: Graph): void => {
    dumps.set(name, graph)
  }
  const measures = options.target !== undefined && oneOf('target', options.target, ['auto']) === 'auto'
  const { model, sets } = compileSource(source, { ...options, sizes: measures, onDump }, output)
  if (measures) {
    const name = options.graph === undefined && model.trainBlock !== undefined ? 'train' : which
    const { data } = options
    const sample = await openSample(model, name, { file: source.file, data, sets, precision })
    const choice = await measured(sample.step, output)
    return output.result(
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
  if (options.passes) {
    const rows: PassRow[] = []
    const planRows: PlanRow[] = []
    const name = options.graph === undefined ? 'gradient' : which
    const { graph, context } = graphOf(model, name, {
      onDump: (dump, graph) => rows.push(passRow(dump, model.context, graph, precision)),
    })
    plan(context, graph, { onPlan: (dump, made) => planRows.push(planRow(dump, made, precision)) })
    return output.result(
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
  if (emit === undefined) {
    const summary = summaryOf(model)
    return output.result(
      { ok: true, ...signatureJson(model.signature), ...summaryJson(summary) },
      summaryText(model, summary),
    )
  }
  const show = (text: string): void => {
    const graph = stage === 'ast' ? undefined : which
    output.result({ ok: true, model: model.signature.name, emit, graph, text }, text)
  }
  if (stage === 'ast') return show(printAst(model.program.program))
  const { graph, context } = graphOf(model, which)
  if (stage === 'graph') return show(printGraph(graph))
  const texts = new Map([...dumps].map(([name, dump]) => [name, () => printGraph(dump)]))
  const made = plan(context, graph, { onPlan: (name, dump) => texts.set(name, () => printPlan(dump)) })
  if (pass !== undefined) {
    const text = texts.get(pass)
    const help = didYouMean(pass, texts.keys())
    return show(text?.() ?? fail('RNN505', { option: 'pass', value: pass }, { ...(help && { help }) }))
  }
  show(stage === 'plan' ? printPlan(made) : js.emit(made, precision))
}

function graphOf(
  model: CompiledModel,
  name: (typeof graphs)[number],
  own: GraphOptions = {},
): { graph: Graph; context: Context } {
  switch (name) {
    case 'predict':
      return { graph: model.predict(own), context: model.context }
    case 'loss':
      return { graph: model.evaluate(own), context: model.context }
    case 'gradient':
      return { graph: model.gradient(own), context: model.context }
    case 'train':
      return model.train(model.settings, own)
  }
}

interface Summary {
  /** What one run of each graph costs. */
  readonly costs: readonly { readonly name: string; readonly cost: Cost }[]
}

/** The costs of using and, where the model has a loss, of training it. */
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
    `floating-point operations a batch, of B examples${axesOf(signature)}`,
    ...(costRows.length > 0 ? [table(costRows)] : []),
  ].join('\n')
}

function axesOf({ inputs, targets }: Signature): string {
  const axes = [...inputs, ...targets].flatMap(p => p.axes.flatMap(a => (a.ragged ? [a.name] : [])))
  const names = [...new Set(axes)]
  return names.length === 0 ? '' : ` and lengths ${names.join(', ')}`
}

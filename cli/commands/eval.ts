// rnnc eval: measures the loss and the metrics of trained weights.
import { type Diagnostic, diagnostic, fail } from '../../dsl/diagnostics.ts'
import { loadData } from '../../runtime/data/loadData.ts'
import { loadWithin } from '../../runtime/memoryBudget.ts'
import { largestSizes } from '../../runtime/packBatch.ts'
import { sampleStep } from '../../runtime/sampleStep.ts'
import { evaluatePartAsync, type Report, using, whatRan } from '../../runtime/session.ts'
import { type AddCommand, describeUse } from '../command.ts'
import { oneOf } from '../errors.ts'
import { memoryHere } from '../machineMemory.ts'
import { count, figure, type Output, ranBy, table } from '../output.ts'
import { createMeter } from '../progress.ts'
import { openRun, type TrainedOptions, trainedFlags, weightsArgument } from '../trained.ts'

interface Options extends TrainedOptions {
  readonly part: string
}

export const evaluate: AddCommand = (program, output) =>
  describeUse(
    program
      .command('eval')
      .description('The loss and the metrics of trained weights on a part of the data.')
      .argument(...weightsArgument),
    [['--part <part>', 'train, validation or test', 'test'], ...trainedFlags],
    [
      'rnnc eval sunspots.safetensors',
      'rnnc eval sunspots.safetensors --part validation --json',
      'rnnc eval sunspots.rnn --weights sunspots.safetensors --data newer.csv',
    ],
  ).action((path: string, options: Options) => run(path, options, output))

async function run(path: string, options: Options, output: Output): Promise<void> {
  const name = oneOf('part', options.part, ['train', 'validation', 'test'])
  const { model, precision, weights, fitted, target, block, source, checkpoint } = await openRun(path, options, output)
  const { seed } = checkpoint
  const data = await loadData(block, model.signature, { ...source, fitted, seed })
  const part = data[name]
  if (part === undefined || part.count === 0) fail('RNN405', { what: `the ${name} part` }, { span: block.span })
  const batch = model.settings.batch ?? 32
  const { backend, ...chosen } = await target.settle(() =>
    sampleStep(model, 'loss', part, data.sizes, { batch, precision, seed, weights }),
  )
  const onBatch = createMeter(output, 'evaluating')
  const evaluation = { backend, precision, batch, seed, onBatch }
  const sizes = largestSizes([...model.signature.inputs, ...model.signature.targets], part, batch, data.sizes)
  const run = { model, doing: 'evaluating', sizes, precision, smaller: 'lower `batch`', memory: memoryHere() }
  const [ran, report] = await using(loadWithin(run, model.context, model.evaluate(), backend), async executable => [
    whatRan(executable),
    await evaluatePartAsync(model, part, data.sizes, executable, weights, evaluation),
  ])
  const problems = notFinite(report, name)
  const facts = { model: model.signature.name, part: name, examples: part.count, ...ran }
  output.note(`${facts.model} on the ${name} part, ${count(part.count, 'example')} (${ranBy(ran)}, ${precision})`)
  if (problems.length > 0) {
    output.report(problems)
    output.exitCode = 1
  }
  output.result(
    { ok: problems.length === 0, ...facts, ...chosen, dtype: precision, report },
    table(Object.entries(report).map(([metric, value]) => [metric, figure(value)])),
  )
}

/** RNN512 for a loss or a metric that is NaN or infinite. */
const notFinite = (report: Report, part: string): Diagnostic[] =>
  Object.entries(report).flatMap(([metric, value]) => {
    if (Number.isFinite(value)) return []
    const what = `${metric === 'loss' ? 'the loss' : `\`${metric}\``} of the ${part} part`
    return [diagnostic('RNN512', { what, value })]
  })

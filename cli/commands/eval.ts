// rnnc eval: measures the loss and the metrics of trained weights.

import type { Sizes } from '../../compiler/ir/dim.ts'
import { counted } from '../../dsl/counted.ts'
import { type Diagnostic, diagnostic, fail } from '../../dsl/diagnostics.ts'
import type { Part } from '../../runtime/data/example.ts'
import { loadData } from '../../runtime/data/loadData.ts'
import { evaluateInUnits } from '../../runtime/evaluateInUnits.ts'
import { evaluateFree } from '../../runtime/generate/evaluateFree.ts'
import { loadWithin } from '../../runtime/memoryBudget.ts'
import { largestSizes } from '../../runtime/packBatch.ts'
import { sampleStep } from '../../runtime/sampleStep.ts'
import { evaluatePartAsync, type Report, using, type WhatRan, whatRan } from '../../runtime/session.ts'
import { type AddCommand, describeUse } from '../command.ts'
import { type DecodingOptions, decodingFlags, optionOf, readDecoding } from '../decoding.ts'
import { oneOf } from '../errors.ts'
import { memoryHere } from '../machineMemory.ts'
import { measuresText } from '../measures.ts'
import { type JsonValue, type Output, ranBy } from '../output.ts'
import { createMeter } from '../progress.ts'
import { openCpu } from '../target.ts'
import { openRun, type TrainedOptions, type TrainedRun, trainedFlags, weightsArgument } from '../trained.ts'

interface Options extends TrainedOptions, DecodingOptions {
  readonly part: string
  readonly free?: boolean
}

export const evaluate: AddCommand = (program, output) =>
  describeUse(
    program
      .command('eval')
      .description('Compute the loss and the metrics of trained weights on a part of the data.')
      .argument(...weightsArgument),
    [
      ['--part <part>', 'part of the data: train, validation or test', 'test'],
      ['--free', 'feed a model that reads its own targets its own predictions, as in prediction'],
      ...decodingFlags.filter(([flag]) => !flag.startsWith('--steps')),
      ...trainedFlags,
    ],
    [
      'rnnc eval sunspots.safetensors',
      'rnnc eval sunspots.safetensors --part validation --json',
      'rnnc eval sunspots.rnn --weights sunspots.safetensors --data newer.csv',
      'rnnc eval translate.safetensors --free --beam 4',
    ],
  ).action((path: string, options: Options) => run(path, options, output))

async function run(path: string, options: Options, output: Output): Promise<void> {
  const name = oneOf('part', options.part, ['train', 'validation', 'test'])
  const alone = decodingFlags.find(([flag]) => Object.hasOwn(options, optionOf(flag)))
  if (alone !== undefined && !options.free)
    fail('RNN509', { what: alone[0].split(' ')[0], expected: '`--free` beside it', found: 'the true targets' })
  const opened = await openRun(path, options, output)
  const { model, precision, fitted, block, source, checkpoint } = opened
  const { seed } = checkpoint
  const data = await loadData(block, model.signature, { ...source, fitted, seed })
  const part = data[name]
  if (part === undefined || part.count === 0) fail('RNN405', { what: `the ${name} part` }, { span: block.span })
  const batch = model.settings.batch ?? 32
  const examples = { part, sizes: data.sizes, batch }
  const { ran, report, inUnits, ...chosen } = options.free
    ? runFree(opened, examples, options, output)
    : await runBatches(opened, examples, output)
  const problems = notFinite(report, name)
  const facts = { model: model.signature.name, part: name, examples: part.count, ...ran }
  output.note(`${facts.model} on the ${name} part, ${counted(part.count, 'example')} (${ranBy(ran)}, ${precision})`)
  if (problems.length > 0) {
    output.report(problems)
    output.exitCode = 1
  }
  output.result(
    { ok: problems.length === 0, ...facts, ...chosen, dtype: precision, report, ...(inUnits && { inUnits }) },
    measuresText(model, fitted, report, inUnits),
  )
}

interface Examples {
  readonly part: Part
  readonly sizes: Sizes
  /** Examples a batch. */
  readonly batch: number
}

interface Evaluated {
  readonly ran: WhatRan
  readonly report: Report
  /** Metrics in the units of the data, if it is scaled. */
  readonly inUnits?: Report | undefined
  readonly auto?: JsonValue
}

/** Evaluates with the true targets. */
async function runBatches(
  { model, precision, weights, target, fitted, checkpoint: { seed } }: TrainedRun,
  { part, sizes, batch }: Examples,
  output: Output,
): Promise<Evaluated> {
  const { backend, ...chosen } = await target.settle(() =>
    sampleStep(model, 'loss', part, sizes, { batch, precision, seed, weights }),
  )
  const onBatch = createMeter(output, 'evaluating')
  const largest = largestSizes([...model.signature.inputs, ...model.signature.targets], part, batch, sizes)
  const run = { model, doing: 'evaluating', sizes: largest, precision, smaller: 'reduce `batch`', memory: memoryHere() }
  const how = { backend, precision, batch, seed }
  const found = await using(loadWithin(run, model.context, model.evaluate(), backend), async executable => {
    const report = await evaluatePartAsync(model, part, sizes, executable, weights, { ...how, onBatch })
    return { ran: whatRan(executable), report, ...chosen }
  })
  if (fitted === undefined) return found
  const memory = memoryHere()
  return { ...found, inUnits: await evaluateInUnits({ model, part, sizes, weights }, { ...how, fitted, memory }) }
}

/** Evaluates with what the model generates in place of the targets that it reads. */
function runFree(
  { model, precision, weights, fitted }: TrainedRun,
  { part, sizes, batch }: Examples,
  options: Options,
  output: Output,
): Evaluated {
  const backend = openCpu(options, output)
  const report = evaluateFree(model, part, sizes, weights, {
    ...readDecoding(options),
    backend,
    precision,
    batch,
    onBatch: createMeter(output, 'evaluating'),
    ...(fitted && { fitted }),
  })
  return { ran: { backend: backend.name }, report }
}

/** RNN512 for a loss or a metric that is NaN or infinite. */
const notFinite = (report: Report, part: string): Diagnostic[] =>
  Object.entries(report).flatMap(([metric, value]) => {
    if (typeof value !== 'number' || Number.isFinite(value)) return []
    const what = `${metric === 'loss' ? 'the loss' : `\`${metric}\``} of the ${part} part`
    return [diagnostic('RNN512', { what, value })]
  })

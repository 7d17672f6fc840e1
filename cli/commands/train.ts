// rnnc train: data in, weights out.
import { basename } from 'node:path'
import { load } from '../../compiler/index.ts'
import type { Part } from '../../runtime/data/example.ts'
import { loadData } from '../../runtime/data/load.ts'
import { labelNotes } from '../../runtime/data/notes.ts'
import { checkWritable, writeBytes } from '../../runtime/node/index.ts'
import { sampleStep } from '../../runtime/sampleStep.ts'
import { evaluatePartAsync, type Report, using, whatRan } from '../../runtime/session.ts'
import { train as runTraining } from '../../runtime/train.ts'
import { type AddCommand, chooseDtype, describeUse, flags } from '../command.ts'
import { wholeNumber } from '../errors.ts'
import { catchInterrupt } from '../interrupt.ts'
import { count, figures, type Output, ranBy } from '../output.ts'
import { compileSource, dataReader, type ModelOptions, openSource } from '../program.ts'
import { createProgress, duration } from '../progress.ts'
import { sizesOf } from '../sets.ts'
import { formula, parameterCount } from '../signature.ts'
import { openTarget, type TargetOptions } from '../target.ts'
import { dataOf, encodeWeights } from '../weights.ts'

interface Options extends ModelOptions, TargetOptions {
  readonly data?: string
  readonly out?: string
  readonly dtype: string
  readonly seed?: string
}

export const train: AddCommand = (program, output) =>
  describeUse(
    program
      .command('train')
      .description(
        'Train a model and save its weights. Ctrl-C ends after the current step, and saves what was learned.',
      )
      .argument('<file>', 'a program, *.rnn'),
    [
      flags.data,
      ['--out <path>', 'where the weights go; the name of the program with .safetensors if left out'],
      flags.set,
      flags.dtypeOrF32,
      ['--seed <n>', 'in place of the seed of the file'],
      flags.target,
      flags.device,
      flags.model,
      flags.json,
    ],
    [
      'rnnc train sunspots.rnn',
      'rnnc train sunspots.rnn --out weights.safetensors --set units=64 epochs=20',
      'rnnc train sunspots.rnn --data newer.csv --seed 7 --dtype f64 --json',
    ],
  ).action((file: string, options: Options) => run(file, options, output))

async function run(path: string, options: Options, output: Output): Promise<void> {
  const target = await openTarget(options, output)
  const precision = chooseDtype(options.dtype)
  const given = options.seed === undefined ? undefined : wholeNumber('--seed', options.seed)
  const out = options.out ?? `${basename(path).replace(/\.rnn$/, '')}.safetensors`
  const source = await openSource(path, output)
  const { model, sets } = compileSource(source, options, output)
  const block = dataOf(model)
  await checkWritable(out)
  const seed = given ?? model.settings.seed ?? 0
  const data = await loadData(block, model.signature, {
    read: dataReader(source.file, options.data),
    path: options.data,
    sizes: sizesOf(sets, model.freeDims),
    seed,
    precision,
  })
  output.report(model.checkSizes(data.sizes, labelNotes(model.signature, data.fitted)))
  const batch = model.settings.batch ?? 32
  const { backend, ...auto } = await target.settle(() =>
    sampleStep(model, 'train', data.train, data.sizes, { batch, precision, seed }),
  )
  const parts = [data.train.count, data.validation?.count ?? 0, data.test?.count ?? 0]
  output.note(
    `training ${model.signature.name} (${formula(parameterCount(model.signature))} parameters, ${precision}) on ${ranBy({ backend: backend.name, device: backend.device?.name })}: ` +
      `${count(parts[0], 'example')} to train on, ${parts[1]} to validate, ${parts[2]} to test`,
  )

  const started = performance.now()
  const progress = createProgress(output)
  const interrupt = catchInterrupt(() => {
    progress.stop()
    output.note('ending after this step')
  })
  const result = await runTraining(model, data, {
    backend,
    precision,
    seed,
    signal: interrupt.signal,
    onStep: progress.step,
    onEpoch: progress.epoch,
  }).finally(progress.stop)

  const { test, sizes, fitted } = data
  const evaluation = { backend, precision, batch, seed }
  const measure = (part: Part): Promise<Report> =>
    using(load(model.context, model.evaluate(), backend, precision), executable =>
      evaluatePartAsync(model, part, sizes, executable, result.weights, evaluation),
    )
  const tested = test === undefined || test.count === 0 || result.ended === 'aborted' ? undefined : await measure(test)
  const last = result.history.find(e => e.epoch === result.epoch) ?? result.history.at(-1)
  const summary = {
    ended: result.ended,
    epochs: result.history.length,
    epoch: result.epoch,
    steps: result.steps,
    ...whatRan(result),
    dtype: precision,
    ...(last && { training: last.training }),
    ...(last?.validation && { validation: last.validation }),
    ...(tested && { test: tested }),
  }
  const { weights } = result
  const bytes = encodeWeights(
    { model, sets, data: options.data, dtype: precision, fitted: { ...fitted, sizes }, seed, summary, weights },
    out,
  )
  await writeBytes(out, bytes)
  interrupt.release()
  if (result.ended === 'aborted') process.exitCode = 130

  const seconds = (performance.now() - started) / 1000
  const chosen = result.epoch === result.history.length ? '' : `; the weights are those of epoch ${result.epoch}`
  const endings = {
    done: `trained for ${count(result.history.length, 'epoch')}${chosen}`,
    patience: `ended after epoch ${result.history.length}, as the loss stopped falling${chosen}`,
    aborted: `interrupted in epoch ${result.history.length}, after step ${result.steps}; what was learned is saved${chosen}`,
  }
  const rows = Object.entries({ training: last?.training, validation: last?.validation, test: tested })
  output.result(
    { ok: result.ended !== 'aborted', model: model.signature.name, seed, ...summary, ...auto, out, seconds },
    [
      `${endings[result.ended]} (${duration(seconds)}, ${ranBy(result)}, ${precision}, seed ${seed})`,
      ...rows.flatMap(([part, report]) => (report === undefined ? [] : [`  ${part.padEnd(10)}  ${figures(report)}`])),
      `saved ${out}`,
    ].join('\n'),
  )
}

// rnnc train: trains a model on data, and saves its weights.
import { basename } from 'node:path'
import { type CompiledModel, load } from '../../compiler/index.ts'
import { type Diagnostic, diagnostic, RnnError } from '../../dsl/diagnostics.ts'
import type { Part } from '../../runtime/data/example.ts'
import { loadData } from '../../runtime/data/loadData.ts'
import { labelNotes } from '../../runtime/data/notes.ts'
import { checkMemory } from '../../runtime/memoryBudget.ts'
import { replaceBytes } from '../../runtime/node/index.ts'
import { sampleStep } from '../../runtime/sampleStep.ts'
import { evaluatePartAsync, initialWeightsAsync, type Report, using, whatRan } from '../../runtime/session.ts'
import { type EpochReport, train as runTraining, type TrainResult, trainingRun } from '../../runtime/train.ts'
import { TrainingFailed } from '../../runtime/trainingFailed.ts'
import { type AddCommand, chooseDtype, describeUse, flags } from '../command.ts'
import { formula, parameterCount } from '../describeSignature.ts'
import { wholeNumber } from '../errors.ts'
import { catchInterrupt, interrupted } from '../interrupt.ts'
import { memoryHere } from '../machineMemory.ts'
import { compileSource, dataReader, type ModelOptions, openSource } from '../openSource.ts'
import { count, diagnosticsJson, figure, figures, type Output, ranBy } from '../output.ts'
import { checkOut, checkReplaced, dataFiles } from '../outputFile.ts'
import { createMeter, createProgress, duration } from '../progress.ts'
import { sizesOf } from '../sets.ts'
import { openTarget, type TargetOptions } from '../target.ts'
import { dataOf, encodeWeights } from '../weights.ts'

interface Options extends ModelOptions, TargetOptions {
  readonly data?: string
  readonly out?: string
  readonly dtype: string
  readonly seed?: string
  readonly force?: boolean
}

export const train: AddCommand = (program, output) =>
  describeUse(
    program
      .command('train')
      .description(
        'Train a model and save its weights. Ctrl-C stops after the current step and saves the weights learned so far. Earlier weights of the same model are kept as NAME.previous.safetensors.',
      )
      .argument('<file>', 'a program (*.rnn)'),
    [
      flags.data,
      ['--out <path>', 'path of the weights; by default the name of the program with .safetensors'],
      ['--force', 'overwrite --out even if it is not an earlier version of these weights'],
      flags.set,
      flags.dtypeOrF32,
      ['--seed <n>', 'seed, instead of the one in the file'],
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
  const reads = [options.data, ...dataFiles(model, source.file)]
  await checkOut(out, output, reads)
  const place = await checkReplaced(out, model, source.file, options.force === true)
  if (place.replaces && place.previous !== undefined) {
    await checkOut(place.previous, output, reads)
    output.note(`${out} contains earlier weights: they will be kept as ${place.previous}`)
  }
  const seed = given ?? model.settings.seed ?? 0
  const data = await loadData(block, model.signature, {
    read: dataReader(source.file, options.data, output),
    path: options.data,
    sizes: sizesOf(sets, model.freeDims),
    seed,
    precision,
  })
  output.report(model.checkSizes(data.sizes, labelNotes(model.signature, data.fitted)))
  const batch = model.settings.batch ?? 32
  const memory = memoryHere()
  const { backend, ...auto } = await target.settle(async () => {
    checkMemory(trainingRun(model, data, precision, memory), model.train().graph)
    const onProgress = createMeter(output, 'initializing the weights')
    const weights = await initialWeightsAsync(model, data.sizes, seed, precision, { onProgress })
    return sampleStep(model, 'train', data.train, data.sizes, { batch, precision, seed, weights, memory })
  })
  const parts = [data.train.count, data.validation?.count ?? 0, data.test?.count ?? 0]
  output.note(
    `training ${model.signature.name} (${formula(parameterCount(model.signature))} parameters, ${precision}) on ${ranBy({ backend: backend.name, device: backend.device?.name })}: ` +
      `${count(parts[0], 'example')} for training, ${parts[1]} for validation, ${parts[2]} for testing`,
  )

  const started = performance.now()
  const progress = createProgress(output)
  const controller = new AbortController()
  const { signal } = controller
  // This compiles everything before it returns its promise: until then a signal ends the process, as no handler could run.
  const training = runTraining(model, data, {
    backend,
    precision,
    seed,
    memory,
    signal,
    onDraw: createMeter(output, 'initializing the weights'),
    onStep: progress.step,
    onEpoch: progress.epoch,
  })
  const interrupt = catchInterrupt(() => {
    progress.stop()
    output.note('stopping after this step')
  }, controller)
  try {
    const { result, failed } = await training.then(outcomeOf, failureOf).finally(progress.stop)
    if (result === undefined) {
      const saved = place.replaces ? `nothing was saved, and \`${out}\` is unchanged` : 'nothing was saved'
      throw new RnnError(withSaved(failed, saved))
    }

    const { test, sizes, fitted } = data
    const measure = (part: Part): Promise<Report | undefined> =>
      using(load(model.context, model.evaluate(), backend, precision), executable =>
        evaluatePartAsync(model, part, sizes, executable, result.weights, { backend, precision, batch, seed, signal }),
      ).catch((error: unknown) => {
        if (!signal.aborted || error instanceof RnnError) throw error
        return undefined
      })
    const complete = result.ended === 'done' || result.ended === 'patience'
    const tested = test === undefined || test.count === 0 || !complete ? undefined : await measure(test)
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
    const replaces = await replaceBytes(out, bytes, place.previous).catch((error: unknown) => {
      throw error instanceof RnnError ? new RnnError([...failed, ...error.diagnostics]) : error
    })
    const kept = replaces ? place.previous : undefined
    // All is saved: another signal may end the process at once.
    interrupt.release()
    if (signal.aborted) output.exitCode = interrupted

    const seconds = (performance.now() - started) / 1000
    const object = {
      model: model.signature.name,
      seed,
      ...summary,
      ...auto,
      out,
      ...(kept !== undefined && { previous: kept }),
      seconds,
    }
    const replacing = kept === undefined ? '' : `; the earlier weights are in ${kept}`
    const problems = [...failed, ...(tested === undefined ? [] : notFinite(tested, result, model))]
    if (problems.length > 0) {
      const loss = last === undefined ? '' : `, with a ${lossText(last)}`
      const saved = `the weights of epoch ${result.epoch}${loss}, are saved in \`${out}\`${replacing}`
      const found = withSaved(problems, saved)
      if (!output.json) throw new RnnError(found)
      output.report(found)
      output.exitCode = 1
      return output.result({ ok: false, ...object, diagnostics: diagnosticsJson(found, output.sources) }, '')
    }
    const rows = Object.entries({ training: last?.training, validation: last?.validation, test: tested })
    output.result(
      { ok: !signal.aborted, ...object },
      [
        `${endingOf(result)} (${duration(seconds)}, ${ranBy(result)}, ${precision}, seed ${seed})`,
        ...rows.flatMap(([part, report]) => (report === undefined ? [] : [`  ${part.padEnd(10)}  ${figures(report)}`])),
        `saved ${out}${replacing}`,
      ].join('\n'),
    )
  } finally {
    interrupt.release()
  }
}

/** Outcome of training: weights, the reason why it failed, or both. */
interface Outcome {
  readonly result: TrainResult | undefined
  readonly failed: readonly Diagnostic[]
}

const outcomeOf = (result: TrainResult): Outcome => ({ result, failed: [] })

function failureOf(error: unknown): Outcome {
  if (!(error instanceof TrainingFailed)) throw error
  return { result: error.kept, failed: error.diagnostics }
}

/** Adds to each problem a note on the saved weights. */
const withSaved = (problems: readonly Diagnostic[], saved: string): Diagnostic[] =>
  problems.map(d => ({ ...d, message: `${d.message}; ${saved}` }))

/** Describes how training ended, and which weights were chosen if not the last. */
function endingOf({ ended, history, epoch, steps }: TrainResult): string {
  const chosen = epoch === history.length ? '' : `; the weights are those of epoch ${epoch}`
  const endings = {
    done: `trained for ${count(history.length, 'epoch')}`,
    patience: `stopped after epoch ${history.length}, because the loss stopped falling`,
    aborted: `interrupted in epoch ${history.length}, after step ${steps}; the weights are saved`,
    failed: `failed after epoch ${history.length}`,
  } satisfies Record<TrainResult['ended'], string>
  return endings[ended] + chosen
}

/** RNN504 for a loss of the test part that is not finite, though training went well. */
function notFinite({ loss }: Report, { steps }: TrainResult, { trainBlock }: CompiledModel): Diagnostic[] {
  if (Number.isFinite(loss)) return []
  const values = { what: 'the loss of the test part', value: String(loss), step: steps }
  return [diagnostic('RNN504', values, { span: trainBlock?.span })]
}

const lossText = ({ training, validation }: EpochReport): string =>
  validation === undefined
    ? `training loss of ${figure(training.loss)}`
    : `validation loss of ${figure(validation.loss)}`

// rnnc train: trains a model on data, and saves its weights.
import { load } from '../../compiler/index.ts'
import { type Diagnostic, RnnError } from '../../dsl/diagnostics.ts'
import { replaceBytes } from '../../runtime/node/index.ts'
import { evaluatePartAsync, type Report, using } from '../../runtime/session.ts'
import { train as runTraining, type TrainResult } from '../../runtime/train.ts'
import { TrainingFailed } from '../../runtime/trainingFailed.ts'
import { type AddCommand, describeUse, flags } from '../command.ts'
import { catchInterrupt, interrupted } from '../interrupt.ts'
import type { Output } from '../output.ts'
import { createMeter, createProgress } from '../progress.ts'
import { describePlan, planTraining, type TrainingPlan, type TrainOptions } from '../trainingPlan.ts'
import { reportTraining, type Summary, summaryOf, withSaved } from '../trainingReport.ts'
import { encodeWeights } from '../weights.ts'

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
      flags.threads,
      flags.model,
      flags.json,
    ],
    [
      'rnnc train sunspots.rnn',
      'rnnc train sunspots.rnn --out weights.safetensors --set units=64 epochs=20',
      'rnnc train sunspots.rnn --data newer.csv --seed 7 --dtype f64 --json',
      'rnnc train characters.rnn --target wasm --threads 2',
    ],
  ).action((file: string, options: TrainOptions) => run(file, options, output))

async function run(path: string, options: TrainOptions, output: Output): Promise<void> {
  const plan = await planTraining(path, options, output)
  const { out, place } = plan
  describePlan(plan, output)

  const started = performance.now()
  const progress = createProgress(output)
  const controller = new AbortController()
  const { signal } = controller
  // This compiles everything before it returns its promise: until then a signal ends the process, as no handler could run.
  const training = runTraining(plan.model, plan.data, {
    backend: plan.backend,
    precision: plan.precision,
    seed: plan.seed,
    memory: plan.memory,
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
    const tested = await test(plan, result, signal)
    const summary = summaryOf(plan, result, tested)
    const previous = await save(plan, result, summary, failed)
    // All is saved: another signal may end the process at once.
    interrupt.release()
    if (signal.aborted) output.exitCode = interrupted
    const seconds = (performance.now() - started) / 1000
    reportTraining({ plan, result, failed, tested, summary, previous, seconds, complete: !signal.aborted }, output)
  } finally {
    interrupt.release()
  }
}

/** Measures the test part, if there is one and training came to its end; undefined if an interrupt comes first. */
async function test(plan: TrainingPlan, result: TrainResult, signal: AbortSignal): Promise<Report | undefined> {
  const { model, data, backend, precision, batch, seed } = plan
  const complete = result.ended === 'done' || result.ended === 'patience'
  const part = data.test
  if (part === undefined || part.count === 0 || !complete) return undefined
  return using(load(model.context, model.evaluate(), backend, precision), executable =>
    evaluatePartAsync(model, part, data.sizes, executable, result.weights, { backend, precision, batch, seed, signal }),
  ).catch((error: unknown) => {
    if (!signal.aborted || error instanceof RnnError) throw error
    return undefined
  })
}

/** Writes the weights, and gives the path under which earlier ones are kept. An error while writing does not hide those in `failed`. */
async function save(
  { model, sets, data, dataPath, precision, seed, out, place }: TrainingPlan,
  { weights }: TrainResult,
  summary: Summary,
  failed: readonly Diagnostic[],
): Promise<string | undefined> {
  const fitted = { ...data.fitted, sizes: data.sizes }
  const bytes = encodeWeights({ model, sets, data: dataPath, dtype: precision, fitted, seed, summary, weights }, out)
  const replaces = await replaceBytes(out, bytes, place.previous).catch((error: unknown) => {
    throw error instanceof RnnError ? new RnnError([...failed, ...error.diagnostics]) : error
  })
  return replaces ? place.previous : undefined
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

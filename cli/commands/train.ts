// rnnc train: trains a model on data, and saves its weights.
import { load } from '../../compiler/index.ts'
import { type Diagnostic, isFailure, RnnError } from '../../dsl/diagnostics.ts'
import { evaluateInUnits } from '../../runtime/evaluateInUnits.ts'
import { replaceBytes } from '../../runtime/node/index.ts'
import { evaluatePartAsync, type Report, using } from '../../runtime/session.ts'
import { type Checkpointing, train as runTraining, type TrainResult } from '../../runtime/train.ts'
import { TrainingFailed } from '../../runtime/trainingFailed.ts'
import { type TrainingSummary, trainingSummary } from '../../runtime/trainingSummary.ts'
import { type AddCommand, describeUse, flags } from '../command.ts'
import { catchInterrupt, interrupted, unlessInterrupted } from '../interrupt.ts'
import type { Output } from '../output.ts'
import { createMeter, createProgress } from '../progress.ts'
import { withSeed } from '../seeds.ts'
import { openLog } from '../trainingLog.ts'
import { defaultOut, describePlan, planTraining, type TrainingPlan, type TrainOptions } from '../trainingPlan.ts'
import {
  metricWarnings,
  problemsOf,
  reportTraining,
  type TrainedModel,
  trainingText,
  withSaved,
} from '../trainingReport.ts'
import { writeReport } from '../trainingReportFile.ts'
import { chooseSeeds, reportSeeds } from '../trainingSeeds.ts'
import { createStateWriter, isOwnEarlier, type StateWriter } from '../trainingState.ts'
import { encodeWeights } from '../weights.ts'

export const train: AddCommand = (program, output) =>
  describeUse(
    program
      .command('train')
      .description(
        'Train a model and save its weights. Ctrl-C stops after the current step and saves the weights learned so far, and the state from which --resume goes on (NAME.last.safetensors). Earlier weights of the same model are kept as NAME.previous.safetensors.',
      )
      .argument('<file>', 'a program (*.rnn)'),
    [
      flags.data,
      ['--out <path>', 'path of the weights; by default the name of the program with .safetensors'],
      ['--force', 'overwrite --out even if it is not an earlier version of these weights'],
      flags.set,
      flags.dtypeOrF32,
      ['--seed <n>', 'seed, instead of the one in the file; several, as in 1,2,3, are trained one after the other'],
      ['--seeds <n>', 'train with so many seeds, and report mean and standard deviation'],
      ['--checkpoint <every>', 'save the state of training every so many steps (500) or so often (30s, 10m, 1h)'],
      [
        '--resume',
        'go on from the state that --checkpoint or Ctrl-C has saved: the result is that of one unbroken training',
      ],
      ['--log <path>', 'write a line of JSON for each epoch'],
      ['--report <path>', 'write an HTML page: curves, predictions beside the truth, the model and its data'],
      ['--log-steps <n>', 'with --log, also a line for every n-th step'],
      flags.target,
      flags.device,
      flags.threads,
      flags.model,
      flags.json,
    ],
    [
      'rnnc train sunspots.rnn',
      'rnnc train sunspots.rnn --out weights.safetensors --set units=64 epochs=20',
      "rnnc train sunspots.rnn --set rate=0.01 batch=64 'clip=norm(1)' 'optimizer=AdamW(0.002)'",
      'rnnc train sunspots.rnn --data newer.csv --seed 7 --dtype f64 --json',
      'rnnc train characters.rnn --target wasm --threads 2',
      'rnnc train characters.rnn --checkpoint 10m --resume --log run.jsonl',
      'rnnc train sunspots.rnn --seeds 5 --report sunspots.html',
    ],
  ).action((file: string, options: TrainOptions) => run(file, options, output))

async function run(path: string, options: TrainOptions, output: Output): Promise<void> {
  const isOne = options.seeds === undefined && !options.seed?.includes(',')
  // Before anything is read: a signal that comes while something is compiled is heard after it.
  const { signal, release } = catchInterrupt()
  try {
    if (isOne)
      reportTraining(
        await trainOnce(await unlessInterrupted(planTraining(path, options, output, signal), signal), output, signal),
        output,
      )
    else await trainSeeds(path, options, output, signal)
  } finally {
    release()
  }
}

/** Trains with one seed, and saves the weights. Throws the errors of a training that has left none. */
async function trainOnce(plan: TrainingPlan, output: Output, signal: AbortSignal): Promise<TrainedModel> {
  const { out, place, from } = plan
  describePlan(plan, output)
  const started = performance.now()
  const log = plan.log && (await openLog(plan.log.path, { ...plan.log, ...(from && { from }) }, output))
  const states = stateWriterOf(plan)
  const progress = await createProgress(output)
  const training = runTraining(plan.model, plan.data, {
    ...optionsOf(plan, output),
    signal,
    ...(states && { checkpoint: checkpointing(plan, states, signal) }),
    onStep: report => {
      log?.step(report)
      progress.step(report)
    },
    onEpoch: (report, moment) => {
      // An epoch that an interrupt has cut short is written as it ends, by a training that goes on.
      if (!signal.aborted) log?.epoch(report, moment)
      progress.epoch(report)
    },
  })
  const tell = (): void => {
    progress.stop()
    output.note('stopping after this step')
  }
  signal.addEventListener('abort', tell, { once: true })
  try {
    const { result, failed } = await training.then(outcomeOf, failureOf).finally(progress.stop)
    if (result === undefined) {
      const saved = place.replaces ? `nothing was saved, and \`${out}\` is unchanged` : 'nothing was saved'
      throw new RnnError(withSaved(failed, saved))
    }
    const tested = await test(plan, result, signal)
    const inUnits = tested && (await testInUnits(plan, result, signal))
    const summary = trainingSummary(result, plan.precision, tested)
    const previous = await save(plan, result, summary, failed)
    if (signal.aborted) output.exitCode = interrupted
    const seconds = (performance.now() - started) / 1000
    const saved = { previous, state: states?.written() }
    const trained = { plan, result, failed, tested, inUnits, summary, ...saved, seconds, complete: !signal.aborted }
    output.report(metricWarnings(trained))
    if (plan.report !== undefined) await writeReport(plan.report, trained, output)
    return trained
  } finally {
    signal.removeEventListener('abort', tell)
    log?.close()
  }
}

/** Options of training that the plan gives. */
function optionsOf(plan: TrainingPlan, output: Output) {
  const { backend, precision, seed, memory, from, log, report } = plan
  return {
    ...{ backend, precision, seed, memory },
    ...(from && { from }),
    watched: log !== undefined || report !== undefined,
    onDraw: createMeter(output, 'initializing the weights'),
  }
}

/** Makes what writes the state; undefined where it cannot be saved. */
function stateWriterOf(plan: TrainingPlan): StateWriter | undefined {
  const { model, data, states: places, from, seed, precision, backend } = plan
  if (places === undefined || backend.device !== undefined) return undefined
  return createStateWriter({ model, data, run: { seed, precision, backend }, places, from, saved: savedWith(plan) })
}

/** Saves the state as the plan says, and where an interrupt ends training. */
const checkpointing = (
  { every, keepsState }: TrainingPlan,
  { save }: StateWriter,
  signal: AbortSignal,
): Checkpointing => ({
  ...(every && { every }),
  save: async state => {
    if (keepsState || signal.aborted) await save(state)
  },
})

/** Everything that weights of a training are saved with. */
const savedWith = ({ model, sets, settings, data, dataPath, precision, seed }: TrainingPlan) => ({
  ...{ model, sets, settings, seed },
  ...(dataPath !== undefined && { data: dataPath }),
  dtype: precision,
  fitted: { ...data.fitted, sizes: data.sizes },
})

/** Trains with each seed in turn, and reports all together. A seed that fails does not end the others; an interrupt does. */
async function trainSeeds(path: string, options: TrainOptions, output: Output, signal: AbortSignal): Promise<void> {
  const seeds = await chooseSeeds(path, options, output)
  const trained: TrainedModel[] = []
  const problems: Diagnostic[] = []
  for (const seed of seeds) {
    try {
      const plan = await unlessInterrupted(planTraining(path, forSeed(path, options, seed), output, signal), signal)
      const one = await trainOnce(plan, output, signal).catch((error: unknown) => {
        if (!(error instanceof RnnError) || error.diagnostics[0].code === 'RNN516') throw error
        problems.push(...withSaved(error.diagnostics, `seed ${seed}`))
      })
      if (one === undefined) continue
      trained.push(one)
      problems.push(...problemsOf(one))
      if (!output.json) output.note(trainingText(one))
      if (!one.complete) break
    } catch (error) {
      // Others were trained, and are saved.
      if (!isFailure(error, 'RNN516') || trained.length === 0) throw error
      output.exitCode = interrupted
      break
    }
  }
  reportSeeds(seeds, trained, problems, output)
}

/** The options for one seed, with files of its own. */
function forSeed(path: string, options: TrainOptions, seed: number): TrainOptions {
  const { log, report, out = defaultOut(path) } = options
  return {
    ...options,
    seed: String(seed),
    out: withSeed(out, seed),
    ...(log !== undefined && { log: withSeed(log, seed) }),
    ...(report !== undefined && { report: withSeed(report, seed) }),
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

/** The metrics of the test part in the units of the data; undefined without such a metric, or if an interrupt comes first. */
async function testInUnits(
  { model, data, backend, precision, batch, seed, memory }: TrainingPlan,
  { weights }: TrainResult,
  signal: AbortSignal,
): Promise<Report | undefined> {
  const { test: part, sizes, fitted } = data
  if (part === undefined) return undefined
  const how = { backend, precision, batch, seed, fitted, memory, signal }
  return evaluateInUnits({ model, part, sizes, weights }, how).catch((error: unknown) => {
    if (!signal.aborted || error instanceof RnnError) throw error
    return undefined
  })
}

/** Writes the weights, and gives the path under which earlier ones are kept. An error while writing does not hide those in `failed`. */
async function save(
  plan: TrainingPlan,
  { weights }: TrainResult,
  summary: TrainingSummary,
  failed: readonly Diagnostic[],
): Promise<string | undefined> {
  const { out, place, from, seed } = plan
  const bytes = encodeWeights({ ...savedWith(plan), summary, weights }, out)
  const supersedes = from !== undefined && place.replaces && (await isOwnEarlier(out, seed, bytes))
  const kept = supersedes ? undefined : place.previous
  const replaces = await replaceBytes(out, bytes, kept).catch((error: unknown) => {
    throw error instanceof RnnError ? new RnnError([...failed, ...error.diagnostics]) : error
  })
  return replaces ? kept : undefined
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
